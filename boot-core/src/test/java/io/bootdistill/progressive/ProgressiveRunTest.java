package io.bootdistill.progressive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BootDistiller;
import io.bootdistill.DistillationListener;
import io.bootdistill.Progress;
import io.bootdistill.Student;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Phase;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.network.Mlp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An objective from outside the library in its runs. */
@Tag("fast")
public class ProgressiveRunTest {

    private static final GaussianTeacher TEACHER = new GaussianTeacher(0.3, 0.5);

    @TempDir
    Path temp;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private BootDistiller distiller(DistillationListener listener) {
        return new BootDistiller(TEACHER, new Mlp(1, 16, 1, 0), device()).objectives(new Progressive(1)).listener(listener);
    }

    private static DistillationConfig.Builder config(long steps) {
        return DistillationConfig.builder().batch(64).block(24).lanes(2).images(64 * steps).heldOut(0).noCorrector()
                .learningRate(1e-2).reportImages(64 * 20)
                .phases(Phase.of(new Progressive(2)).withWeighting(ResidualWeighting.NONE));
    }

    @Test
    void studentLearns() throws IOException {
        List<Double> losses = new ArrayList<>();
        DistillationListener listener = new DistillationListener() {
            @Override
            public void progress(Progress progress) {
                losses.add(progress.loss());
            }
        };
        distiller(listener).train(config(600).build()).close();
        assertTrue(losses.get(0) > 0.05 && losses.get(losses.size() - 1) < 1e-3, losses.toString());
    }

    /** A run that is stopped and resumed has the bits of one that is not; the objective is read by its example. */
    @Test
    void runsGoOn() throws IOException {
        long[] seeds = {1, 2, 3, 4};
        float[] whole;
        try (Student student = distiller(new DistillationListener() {}).train(config(12).build())) {
            whole = student.sample(seeds, null);
        }
        Path folder = temp.resolve("run");
        distiller(stopped()).train(config(12).folder(folder).build()).close();
        long[] first = new long[1];
        DistillationListener listener = new DistillationListener() {
            @Override
            public void started(DistillationConfig config, long firstStep) {
                first[0] = firstStep;
            }
        };
        try (Student student = distiller(listener).resume(folder, 1)) {
            assertEquals(5, first[0]);
            assertArrayEquals(whole, student.sample(seeds, null));
        }
    }

    /** Stops a run after its fifth step. */
    private static DistillationListener stopped() {
        return new DistillationListener() {
            private int steps;

            @Override
            public boolean shouldStop() {
                return ++steps == 5;
            }
        };
    }
}
