package io.bootdistill.examples.extractor;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.format.LabelledImages;
import io.bootdistill.metric.ClassAccuracy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

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
        try (ClassifierTraining training = new ClassifierTraining(device, FashionMnist.training(data), epochs, SEED)) {
            double loss = 0;
            for (long step = 0; step < training.steps(); step++) {
                loss += (training.run(step) - loss) / Math.min(step + 1, 100);
                if ((step + 1) % 200 == 0 || step + 1 == training.steps()) {
                    System.out.printf(Locale.ROOT, "step %d/%d  loss %.4f%n", step + 1, training.steps(), loss);
                }
            }
            training.save(folder.resolve(Classifier.FILE));
        }
        try (Classifier classifier = Classifier.load(folder, device)) {
            LabelledImages test = FashionMnist.test(data);
            double accuracy = ClassAccuracy.of(classifier.classes(test.images()), test.labels());
            System.out.printf(Locale.ROOT, "test accuracy %.2f %%%n", 100 * accuracy);
            return accuracy;
        }
    }
}
