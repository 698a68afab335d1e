package io.bootdistill.examples.extractor;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.format.DType;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.internal.device.AdamStep;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Trains a {@link ClassifierNetwork}: AdamW on the sum of the questions' cross-entropies, a rate that falls along a cosine,
 * images as {@link Augmentation} shows them.
 * A batch is cut into lanes that run at the same time and are summed in order, so that the result is a function of the seed and
 * of the device's arithmetic alone, not of the number of threads.
 */
final class ClassifierTraining implements AutoCloseable {

    private static final int LANES = 4;
    private static final int LANE = 32;
    private static final int BATCH = LANES * LANE;
    private static final double RATE = 2e-3;
    private static final double DECAY = 0.05;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.99;
    private static final double EMA = 0.995;

    /** Stream of random numbers; {@link Augmentation} has another. */
    private static final int SHUFFLE = 2;

    private final ClassifierNetwork network;
    private final LabelledPictures pictures;
    private final Augmentation augmentation;
    private final long seed;
    private final long steps;
    private final Scope scope = new Scope();
    private final Model model;
    private final Lane[] lanes = new Lane[LANES];
    private final Slice[] gradients = new Slice[LANES];
    private final Slice adam;
    private final Slice partial;
    private final int chunks;
    private final Slice m;
    private final Slice v;
    private final Slice average;
    private final int[] order;

    /**
     * @param shift and zoom, see {@link Augmentation}
     * @param epochs passes over the images
     */
    ClassifierTraining(
            Device device, ClassifierNetwork network, LabelledPictures pictures, int shift, double zoom, int epochs, long seed) {
        this.network = network;
        this.pictures = pictures;
        augmentation = new Augmentation(pictures, shift, zoom, seed);
        this.seed = seed;
        steps = (long) epochs * (pictures.count() / BATCH);
        order = IntStream.range(0, pictures.count()).toArray();
        try {
            model = scope.own(new Model(Graph.of(network), device, true));
            model.initialize(seed);
            for (int i = 0; i < LANES; i++) {
                lanes[i] = scope.own(new Lane());
                gradients[i] = lanes[i].gradients.flat();
            }
            long length = model.parameters().length();
            chunks = (int) ((length + Kernels.NORM_CHUNK - 1) / Kernels.NORM_CHUNK);
            adam = scope.own(device.allocate(AdamStep.COUNT)).slice();
            partial = scope.own(device.allocate(chunks)).slice();
            m = scope.own(device.allocate(length)).slice();
            v = scope.own(device.allocate(length)).slice();
            average = scope.own(device.allocate(length)).slice();
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    long steps() {
        return steps;
    }

    /** Runs step {@code step}, 0 at first; returns the mean loss of its batch. */
    double run(long step) {
        int perEpoch = pictures.count() / BATCH;
        int inEpoch = (int) (step % perEpoch);
        if (inEpoch == 0) {
            shuffle((int) (step / perEpoch));
        }
        IntStream.range(0, LANES).parallel().forEach(i -> lanes[i].run(step, inEpoch * BATCH + i * LANE));
        update(step);
        double loss = 0;
        for (Lane lane : lanes) {
            loss += lane.loss / BATCH;
        }
        return loss;
    }

    private void shuffle(int epoch) {
        for (int i = order.length - 1; i > 0; i--) {
            int k = (int) (Philox.uniform(Philox.seed(seed, SHUFFLE, epoch), 0, i) * (i + 1));
            int moved = order[i];
            order[i] = order[k];
            order[k] = moved;
        }
    }

    private void update(long step) {
        float[] numbers = new float[AdamStep.COUNT];
        double rise = Math.min(1, (step + 1) / 100.0);
        numbers[AdamStep.RATE] = (float) (RATE * rise * 0.5 * (1 + Math.cos(Math.PI * step / steps)));
        numbers[AdamStep.DECAY] = (float) DECAY;
        numbers[AdamStep.BETA1] = (float) BETA1;
        numbers[AdamStep.BETA2] = (float) BETA2;
        numbers[AdamStep.EPSILON] = 1e-8f;
        numbers[AdamStep.CORRECTION1] = (float) (1 / (1 - Math.pow(BETA1, step + 1)));
        numbers[AdamStep.CORRECTION2] = (float) (1 / (1 - Math.pow(BETA2, step + 1)));
        numbers[AdamStep.EMA_RATE] = (float) Math.max(1 - EMA, 1.0 / (step + 1));
        numbers[AdamStep.MAX_NORM] = 1;
        Kernels kernels = lanes[0].kernels;
        long length = gradients[0].length();
        kernels.upload(numbers, 0, adam);
        kernels.sumLanes(gradients, 0, length, gradients[0]);
        kernels.squaredNorm(gradients[0], 0, chunks, partial);
        kernels.clip(partial, chunks, adam);
        kernels.adamW(adam, 0, length, gradients[0], model.parameters(), m, v, average);
        model.prepare(kernels, 0, 1);
    }

    /**
     * Writes the averaged weights.
     *
     * @param dtype F32, or F16 for the nearest halves
     * @param metadata texts that the file has beside them
     */
    void save(Path file, DType dtype, Map<String, String> metadata) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        metadata.forEach(writer::metadata);
        model.save(average, (parameter, values) -> writer.add(parameter.name(), dtype, parameter.shape(), (first, into) -> {
            for (int i = (int) first; into.hasRemaining(); i++) {
                into.put(dtype == DType.F16 ? half(values[i]) : values[i]);
            }
        }));
        writer.write(file);
    }

    /** The nearest binary16 of a value below 65,520; of two, the even one. */
    static float half(float value) {
        float unit = Math.max(Math.ulp(value) * 0x1p13f, 0x1p-24f);
        return (float) Math.rint(value / unit) * unit;
    }

    /** A part of a batch on its way from images to a gradient. */
    private final class Lane implements AutoCloseable {

        private final Kernels kernels;
        private final Plan plan;
        private final Gradients gradients;
        private final Scope own = new Scope();
        private final float[] x = new float[LANE * pictures.shape().size()];
        private final float[] y = new float[LANE * network.outputChannels()];
        private double loss;

        Lane() {
            try {
                kernels = own.own(model.device().openKernels());
                plan = own.own(new Plan(model, LANE, Plan.Mode.TRAINING));
                gradients = own.own(new Gradients(model));
            } catch (RuntimeException | Error e) {
                own.closeAfter(e);
                throw e;
            }
        }

        void run(long step, int from) {
            for (int i = 0; i < LANE; i++) {
                augmentation.write(step, order[from + i], x, i);
            }
            kernels.upload(x, 0, plan.x().data());
            plan.forward(kernels, LANE);
            kernels.download(plan.y().data(), y, 0);
            loss = 0;
            for (int i = 0; i < LANE; i++) {
                loss += crossEntropy(i, order[from + i]);
            }
            kernels.upload(y, 0, plan.dy().data());
            plan.backward(kernels, LANE, gradients, false);
        }

        /** The sum of the questions' losses; replaces the outputs of row i by its gradient, over the batch. */
        private double crossEntropy(int i, int image) {
            int row = i * network.outputChannels();
            Arrays.fill(y, row, row + network.features(), 0);
            int from = row + network.features();
            double sum = 0;
            for (int question = 0; question < pictures.classes().length; question++) {
                int count = network.answers().get(question);
                sum += crossEntropy(from, count, pictures.classes()[question][image]);
                from += count;
            }
            return sum;
        }

        /** The loss −log softmax(logits)[label]; replaces the logits by its gradient, softmax − onehot, over the batch. */
        private double crossEntropy(int from, int count, int label) {
            double most = Double.NEGATIVE_INFINITY;
            for (int k = from; k < from + count; k++) {
                most = Math.max(most, y[k]);
            }
            double sum = 0;
            for (int k = from; k < from + count; k++) {
                sum += Math.exp(y[k] - most);
            }
            double result = Math.log(sum) + most - y[from + label];
            for (int k = from; k < from + count; k++) {
                y[k] = (float) ((Math.exp(y[k] - most) / sum - (k == from + label ? 1 : 0)) / BATCH);
            }
            return result;
        }

        @Override
        public void close() {
            own.close();
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
