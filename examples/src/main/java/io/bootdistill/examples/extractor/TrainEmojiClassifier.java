package io.bootdistill.examples.extractor;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.format.DType;
import io.bootdistill.metric.PairedError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Trains the classifier of prompts and measures it: {@code TrainEmojiClassifier FOLDER-OF-PICTURES TEACHER OUTPUT-FOLDER}. It
 * sees each picture as it is and as the teacher's autoencoder returns it, so that it can judge what the teacher draws.
 */
public final class TrainEmojiClassifier {

    private static final int EPOCHS = 48;
    private static final int SHIFT = 4;
    private static final double ZOOM = 1.2;
    private static final long SEED = 20_260_102;

    private TrainEmojiClassifier() {}

    public static void main(String[] args) throws IOException {
        if (args.length != 3) {
            System.err.println("usage: TrainEmojiClassifier FOLDER-OF-PICTURES TEACHER OUTPUT-FOLDER");
            System.exit(2);
        }
        train(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]), EPOCHS, Devices.best());
    }

    /** Returns what it reads of the test pictures, and of them as the autoencoder returns them. */
    static List<PromptFaithfulness> train(Path data, Path teacher, Path folder, int epochs, Device device)
            throws IOException {
        EmojiPictures pictures = EmojiPictures.read(data);
        try (Autoencoder autoencoder = new Autoencoder(teacher, EmojiPictures.SHAPE, device)) {
            LabelledPictures training = pictures.training();
            training = training.and(autoencoder.reconstruct(training.images()));
            try (ClassifierTraining run = new ClassifierTraining(
                    device, EmojiClassifier.network(pictures.words()), training, SHIFT, ZOOM, epochs, SEED)) {
                TrainClassifier.run(run);
                run.save(folder.resolve(Classifier.FILE), DType.F16, pictures.words().metadata());
            }
            LabelledPictures test = pictures.test();
            float[] returned = autoencoder.reconstruct(test.images());
            System.out.printf(Locale.ROOT, "RMSE of the autoencoder on the test pictures %.4f%n",
                    PairedError.rmse(test.images(), returned));
            try (EmojiClassifier trained = EmojiClassifier.load(folder, device)) {
                return List.of(measure("test pictures", trained.classifier(), test.images(), test.classes()),
                        measure("through the autoencoder", trained.classifier(), returned, test.classes()));
            }
        }
    }

    private static PromptFaithfulness measure(String name, Classifier classifier, float[] images, int[][] classes) {
        PromptFaithfulness right = PromptFaithfulness.of(classifier.read(images).classes(), classes);
        System.out.printf(Locale.ROOT, "%s: concept %.2f %%, style %.2f %%, ground %.2f %%, all three %.2f %%%n", name,
                100 * right.concept(), 100 * right.style(), 100 * right.ground(), 100 * right.all());
        return right;
    }
}
