package io.bootdistill.examples.extractor;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.format.DType;
import io.bootdistill.metric.ClassAccuracy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Trains the classifier of the ruler and measures it: {@code TrainClassifier FOLDER-OF-IDX-FILES OUTPUT-FOLDER}. */
public final class TrainClassifier {

    private static final int EPOCHS = 8;
    private static final long SEED = 20_260_101;

    private TrainClassifier() {}

    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println("usage: TrainClassifier FOLDER-OF-IDX-FILES OUTPUT-FOLDER");
            System.exit(2);
        }
        train(Path.of(args[0]), Path.of(args[1]), EPOCHS, Devices.best());
    }

    /** Returns the accuracy on the test images. */
    static double train(Path data, Path folder, int epochs, Device device) throws IOException {
        LabelledPictures pictures = FashionMnist.training(data);
        try (ClassifierTraining training =
                new ClassifierTraining(device, FashionMnist.NETWORK, pictures, 0, 1, epochs, SEED)) {
            run(training);
            training.save(folder.resolve(Classifier.FILE), DType.F32, Map.of());
        }
        try (Classifier classifier = Classifier.load(folder, FashionMnist.NETWORK, device)) {
            LabelledPictures test = FashionMnist.test(data);
            double accuracy = ClassAccuracy.of(classifier.read(test.images()).classes()[0], test.classes()[0]);
            System.out.printf(Locale.ROOT, "test accuracy %.2f %%%n", 100 * accuracy);
            return accuracy;
        }
    }

    /** Runs all steps and prints the loss now and then. */
    static void run(ClassifierTraining training) {
        double loss = 0;
        for (long step = 0; step < training.steps(); step++) {
            loss += (training.run(step) - loss) / Math.min(step + 1, 100);
            if ((step + 1) % 200 == 0 || step + 1 == training.steps()) {
                System.out.printf(Locale.ROOT, "step %d/%d  loss %.4f%n", step + 1, training.steps(), loss);
            }
        }
    }
}
