package io.bootdistill.examples;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Linear;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;
import io.bootdistill.internal.diffusers.Component;
import io.bootdistill.internal.diffusers.ComponentSize;
import io.bootdistill.internal.diffusers.PipelineClass;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.pipeline.PipelineCosts;
import java.util.Locale;
import java.util.function.BiConsumer;

/** What {@code boot inspect} says of a whole pipeline: its components, and what a picture costs, without reading a weight. */
final class PipelineInspection {

    private static final int SIDE = 512;
    private static final double SECONDS = 0.5;

    private PipelineInspection() {}

    /** @param line takes a name and a text */
    static void tell(PipelineFolder folder, Device device, BiConsumer<String, String> line) {
        PipelineCosts costs = PipelineCosts.of(folder);
        line.accept("pipeline", String.format(Locale.ROOT, "%s, pictures %s, what is denoised %s",
                folder.pipeline().className(), costs.picture(), costs.denoised()));
        for (Component component : folder.components()) {
            line.accept(component.name(), describe(component));
        }
        double speed = flopsPerSecond(device);
        double picture = costs.picture(costs.usualSteps());
        line.accept("device", String.format(Locale.ROOT, "%s, %.0f GFLOP/s in a matrix product by one worker",
                device.description(), speed * 1e-9));
        line.accept("a picture", String.format(Locale.ROOT,
                "%d steps, guidance %.1f: %.1f TFLOP, about %.1f s here; in one step %.2f TFLOP, about %.1f s", costs.usualSteps(),
                costs.usualGuidance(), picture * 1e-12, picture / speed, costs.picture(1) * 1e-12, costs.picture(1) / speed));
        long weights = 4 * costs.parameters();
        line.accept("memory", String.format(Locale.ROOT, "weights %s as float32; to distil the network, at least %s",
                mebibytes(4 * costs.allParameters()), mebibytes(6 * weights)));
    }

    private static String describe(Component component) {
        boolean weighed = !component.name().endsWith(PipelineClass.SCHEDULER) && !component.className().contains("Tokenizer")
                && !component.className().contains("FeatureExtractor") && !component.className().contains("ImageProcessor");
        if (!weighed) {
            return component.className();
        }
        ComponentSize size = component.size();
        return String.format(
                Locale.ROOT, "%s, %,d parameters (%s)", component.className(), size.parameters(), mebibytes(size.bytes()));
    }

    /** Of a product of matrices that fit a cache, the best of some. */
    private static double flopsPerSecond(Device device) {
        Linear linear = new Linear(SIDE, SIDE);
        try (Kernels kernels = device.openKernels();
                DeviceMemory memory = device.allocate(3L * SIDE * SIDE + kernels.preparedLength(linear, false) + 16)) {
            long square = (long) SIDE * SIDE;
            long prepared = kernels.preparedLength(linear, false);
            Weights weights = new Weights(
                    memory.slice(0, square), prepared == 0 ? null : memory.slice(3 * square, prepared));
            Tensor x = Tensor.of(memory.slice(square, square), SIDE);
            Tensor y = Tensor.of(memory.slice(2 * square, square), SIDE);
            kernels.prepare(linear, weights, false);
            double best = 0;
            float[] one = new float[1];
            for (long end = System.nanoTime() + (long) (SECONDS * 1e9); System.nanoTime() < end; ) {
                long start = System.nanoTime();
                kernels.linearForward(SIDE, linear, x, weights, null, null, y);
                kernels.download(memory.slice(2 * square, 1), one, 0); // waits for it
                best = Math.max(best, 2.0 * SIDE * square / ((System.nanoTime() - start) * 1e-9));
            }
            return best;
        }
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%,.1f MiB", bytes / 1048576.0);
    }
}
