package io.bootdistill.outside;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BootDistiller;
import io.bootdistill.DistillationListener;
import io.bootdistill.Student;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Phase;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Mlp;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An objective from outside the library in its runs. */
@Tag("fast")
public class FirstGuessRunTest {

    private static final double GUESS = 0.3;

    @TempDir
    Path temp;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    /** Says the same of everything. */
    private static final class Sure implements Denoiser {

        @Override
        public ImageShape shape() {
            return new ImageShape(1, 1, 1);
        }

        @Override
        public NoiseSchedule schedule() {
            return new FlowSchedule();
        }

        @Override
        public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
            Arrays.fill(f, 0, n, (float) GUESS);
        }
    }

    private BootDistiller distiller(DistillationListener listener) {
        return new BootDistiller(new Sure(), new Mlp(1, 16, 1, 0), device()).conditions(ConditionSource.none())
                .objectives(new FirstGuess(1)).listener(listener);
    }

    private static DistillationConfig.Builder config(long steps) {
        return DistillationConfig.builder().batch(64).block(24).lanes(2).images(64 * steps).heldOut(0).noCorrector()
                .learningRate(1e-2).phases(Phase.of(new FirstGuess(0.5)).withWeighting(ResidualWeighting.NONE));
    }

    @Test
    void studentLearns() throws IOException {
        try (Student student = distiller(new DistillationListener() {}).train(config(400).build())) {
            for (float sample : student.sample(new long[] {1, 2, 3, 4}, null)) {
                assertEquals(GUESS, sample, 0.05);
            }
        }
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
        DistillationListener stopped = new DistillationListener() {
            private int steps;

            @Override
            public boolean shouldStop() {
                return ++steps == 5;
            }
        };
        distiller(stopped).train(config(12).folder(folder).build()).close();
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

    @Test
    void configurationsHoldIt() throws IOException {
        FirstGuess example = new FirstGuess(1);
        DistillationConfig config = DistillationConfig.builder().phases(
                Phase.of(new FirstGuess(8)).withShare(0.5), Phase.of(Trajectories.defaults()).withShare(0.5)).build();
        Path file = temp.resolve("config.json");
        Files.writeString(file, config.toJson());
        assertTrue(config.toJson().contains("\"firstGuess\""), config.toJson());
        assertEquals(config, DistillationConfig.read(file, example));
        assertEquals(config.phases(), DistillationConfig.builder().values(config.toJson(), "test", example).build().phases());
    }
}
