package io.bootdistill.examples.extractor;

import io.bootdistill.device.Device;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.metric.FeatureExtractor;
import io.bootdistill.network.ImageShape;
import java.nio.file.Path;

/**
 * A trained {@link ClassifierNetwork}: features for distances between sets of images, and what an image shows. Thread-safe.
 */
public final class Classifier implements FeatureExtractor, AutoCloseable {

    public static final String FILE = "model.safetensors";

    private final ClassifierNetwork network;
    private final ForwardPass pass;

    /**
     * What was read from images.
     *
     * @param features [n][dimension]
     * @param classes the most likely answer, [question][n]
     */
    public record Reading(float[] features, int[][] classes) {}

    private Classifier(ClassifierNetwork network, ForwardPass pass) {
        this.network = network;
        this.pass = pass;
    }

    /**
     * Reads the classifier from its folder.
     *
     * @throws ModelFormatException if the file is missing, damaged or holds something else
     */
    public static Classifier load(Path folder, ClassifierNetwork network, Device device) {
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(FILE))) {
            return new Classifier(network, new ForwardPass(network, file, device));
        }
    }

    /** Shape of the images it reads. */
    public ImageShape shape() {
        return network.shape();
    }

    @Override
    public int dimension() {
        return network.features();
    }

    @Override
    public float[] features(float[] images) {
        return read(images).features();
    }

    /**
     * The features of images and the most likely answer to each question.
     *
     * @param images [n][channels][height][width], in [−1, 1]
     */
    public Reading read(float[] images) {
        float[] outputs = pass.run(images);
        int[][] classes = new int[network.answers().size()][];
        int from = dimension();
        for (int question = 0; question < classes.length; question++) {
            int count = network.answers().get(question);
            classes[question] = largest(columns(outputs, from, count), count);
            from += count;
        }
        return new Reading(columns(outputs, 0, dimension()), classes);
    }

    /** The first of the largest logits of each row. */
    static int[] largest(float[] logits, int count) {
        int[] classes = new int[logits.length / count];
        for (int i = 0; i < logits.length; i++) {
            if (logits[i] > logits[i / count * count + classes[i / count]]) {
                classes[i / count] = i % count;
            }
        }
        return classes;
    }

    private float[] columns(float[] outputs, int from, int count) {
        int channels = network.outputChannels();
        float[] columns = new float[outputs.length / channels * count];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = outputs[i / count * channels + from + i % count];
        }
        return columns;
    }

    @Override
    public void close() {
        pass.close();
    }
}
