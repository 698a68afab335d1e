package io.bootdistill.examples.ablation;

import io.bootdistill.Teacher;
import io.bootdistill.device.Device;
import io.bootdistill.examples.ruler.Figures;
import io.bootdistill.examples.ruler.HeldOutSamples;
import io.bootdistill.examples.ruler.HeldOutSamples.Generator;
import io.bootdistill.examples.ruler.Ruler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * What the runs of an ablation share.
 *
 * @param out the ablation's folder
 * @param teacherFolder the teacher's
 * @param device that all run on
 * @param setting what all runs have in common
 * @param labels that held-out noises take in turn
 * @param ruler null where there are no images to compare with
 * @param stop whether to stop soon
 * @param log where progress is told
 */
record Bench(
        Path out, Path teacherFolder, Device device, Setting setting, int[] labels, Ruler ruler, BooleanSupplier stop,
        Consumer<String> log) {

    /** Each run loads a teacher of its own. */
    Teacher openTeacher() throws IOException {
        return Teacher.load(teacherFolder, device);
    }

    /** Samples of the held-out noises, or of as many as the ruler wants. */
    float[] sample(Generator model) {
        int count = Math.max(setting.heldOut(), ruler == null ? 0 : ruler.count());
        return sample(model, count);
    }

    /** @throws CancellationException if all is to stop */
    float[] sample(Generator model, int count) {
        return HeldOutSamples.of(model, labels, count, (done, total) -> {
            if (stop.getAsBoolean()) {
                throw new CancellationException("stopped while sampling");
            }
        });
    }

    /** The figures of samples; null without a ruler. */
    Figures figures(float[] samples) {
        return ruler == null ? null : ruler.measure(samples);
    }
}
