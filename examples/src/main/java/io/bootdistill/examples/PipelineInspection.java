package io.bootdistill.examples;

import io.bootdistill.device.Device;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.internal.diffusers.Component;
import io.bootdistill.internal.diffusers.ComponentSize;
import io.bootdistill.internal.diffusers.PipelineClass;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.distillation.RunMemory;
import io.bootdistill.internal.pipeline.PipelineCosts;
import java.util.Locale;
import java.util.function.BiConsumer;

/** What {@code boot inspect} says of a whole pipeline: its components, and what a picture costs, without reading a weight. */
final class PipelineInspection {

    /** The gradients of weights and of inputs take as many operations as the forward pass, each. */
    private static final int PASSES = 3;

    private PipelineInspection() {}

    /** @param line takes a name and a text */
    static void tell(PipelineFolder folder, Device device, BiConsumer<String, String> line) {
        PipelineCosts costs = PipelineCosts.of(folder, device);
        line.accept("pipeline", String.format(Locale.ROOT, "%s, pictures %s, what is denoised %s",
                folder.pipeline().className(), costs.picture(), costs.denoised()));
        for (Component component : folder.components()) {
            line.accept(component.name(), describe(component));
        }
        DeviceSpeed speed = DeviceSpeed.measure(device);
        line.accept("device", String.format(Locale.ROOT, "%s; by one worker, %.0f GFLOP/s in products of matrices, %.0f in 3×3"
                + " convolutions", device.description(), speed.products() * 1e-9, speed.convolutions() * 1e-9));
        line.accept("a picture", String.format(Locale.ROOT, "%d steps, guidance %.1f: %s; in one step %s", costs.usualSteps(),
                costs.usualGuidance(), work(costs, costs.usualSteps(), speed), work(costs, 1, speed)));
        line.accept("memory", String.format(Locale.ROOT, "to draw about %s: weights %s, the network's values %s%s",
                mebibytes(costs.peakBytes()), mebibytes(costs.weightBytes()), mebibytes(costs.drawingBytes()),
                costs.decoder() == null ? "" : ", then the decoder's " + mebibytes(costs.decoder().valueBytes())));
        line.accept("distilling", String.format(Locale.ROOT, "at least %s, with one picture at a time; its forward and backward"
                + " pass takes about %.1f s, the teacher's steps come on top", mebibytes(
                RunMemory.least(costs.graph(), DiscreteSchedule.of(folder.scheduler()), device)),
                PASSES * costs.network().seconds(speed.convolutions(), speed.products())));
    }

    private static String work(PipelineCosts costs, int steps, DeviceSpeed speed) {
        return String.format(Locale.ROOT, "%.3g TFLOP, about %.3g s",
                costs.flops(steps) * 1e-12, costs.seconds(steps, speed.convolutions(), speed.products()));
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

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%,.1f MiB", bytes / 1048576.0);
    }
}
