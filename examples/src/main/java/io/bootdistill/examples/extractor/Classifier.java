package io.bootdistill.examples.extractor;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.metric.FeatureExtractor;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The trained classifier: features for distances between sets of images, and the class of an image. Thread-safe. */
public final class Classifier implements FeatureExtractor, AutoCloseable {

    public static final String FILE = "model.safetensors";
    static final ClassifierNetwork NETWORK =
            new ClassifierNetwork(new ImageShape(1, 16, 16), List.of(32, 64, 96), FashionMnist.CLASSES);

    private static final int BLOCK = 50;

    private final Scope scope = new Scope();
    private final Kernels kernels;
    private final Plan plan;

    private Classifier(Model model) {
        scope.own(model);
        try {
            kernels = scope.own(model.device().openKernels());
            plan = scope.own(new Plan(model, BLOCK, Plan.Mode.INFERENCE));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /**
     * Reads the classifier from its folder.
     *
     * @throws ModelFormatException if the file is missing, damaged or holds something else
     */
    public static Classifier load(Path folder, Device device) {
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(FILE))) {
            Model model = new Model(Graph.of(NETWORK), device, false);
            try {
                model.load(parameter -> {
                    if (!Arrays.equals(file.shape(parameter.name()), parameter.shape())) {
                        throw new ModelFormatException(folder.resolve(FILE) + ": tensor " + parameter.name() + " has shape "
                                + Arrays.toString(file.shape(parameter.name())) + ", must be "
                                + Arrays.toString(parameter.shape()));
                    }
                    return file.floats(parameter.name());
                });
            } catch (RuntimeException | Error e) {
                model.close();
                throw e;
            }
            return new Classifier(model);
        }
    }

    /** Shape of the images it reads. */
    public ImageShape shape() {
        return NETWORK.shape();
    }

    @Override
    public int dimension() {
        return NETWORK.features();
    }

    @Override
    public float[] features(float[] images) {
        return columns(outputs(images), 0, dimension());
    }

    /** The most likely class of each image. */
    public int[] classes(float[] images) {
        return classes(columns(outputs(images), dimension(), NETWORK.classes()), NETWORK.classes());
    }

    static int[] classes(float[] logits, int count) {
        int[] classes = new int[logits.length / count];
        for (int i = 0; i < logits.length; i++) {
            if (logits[i] > logits[i / count * count + classes[i / count]]) {
                classes[i / count] = i % count;
            }
        }
        return classes;
    }

    private synchronized float[] outputs(float[] images) {
        int size = shape().size();
        if (images.length % size != 0) {
            throw new IllegalArgumentException(
                    "images has " + images.length + " values, must be a multiple of " + size + " (" + shape() + ")");
        }
        int count = images.length / size;
        int channels = NETWORK.outputChannels();
        float[] outputs = new float[count * channels];
        float[] block = new float[BLOCK * Math.max(size, channels)];
        for (int from = 0; from < count; from += BLOCK) {
            int n = Math.min(BLOCK, count - from);
            System.arraycopy(images, from * size, block, 0, n * size); // one channel: the two orders are one
            kernels.upload(block, 0, plan.x().data());
            plan.forward(kernels, n);
            kernels.download(plan.y().data(), block, 0);
            System.arraycopy(block, 0, outputs, from * channels, n * channels);
        }
        return outputs;
    }

    private static float[] columns(float[] outputs, int from, int count) {
        int channels = NETWORK.outputChannels();
        float[] columns = new float[outputs.length / channels * count];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = outputs[i / count * channels + from + i % count];
        }
        return columns;
    }

    @Override
    public synchronized void close() {
        scope.close();
    }
}
