package io.bootdistill.internal.distillation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.MixtureTeacher;
import io.bootdistill.Sampler;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.DistillationConfigBuilder;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each option of a training step against the identity that defines it, on an analytic teacher with labels. */
public class OptionsTest {

    private static final int BATCH = OptionStep.BATCH;
    private static final int PIXEL = OptionStep.PIXEL;
    private static final double TOLERANCE = 2e-5;

    private final NoiseSchedule schedule = MixtureTeacher.cosine();
    private final MixtureTeacher teacher = new MixtureTeacher(schedule, MixtureTeacher.ring(3, 1.0), 0.4, true);

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private static DistillationConfigBuilder config() {
        return DistillationConfig.builder().trajectoryShare(0).correctorShare(0).residualPower(0).batch(BATCH).block(BATCH)
                .images(BATCH * 4).seed(6).deltaStart(0.1).workers(1);
    }

    private OptionStep step(DistillationConfig config, Guidance guidance) {
        return new OptionStep(config, teacher, guidance, device());
    }

    /** Trajectories of three blocks that are used once or twice, at any time or at the end. */
    @ParameterizedTest
    @CsvSource({"2, 0.4", "2, 1", "1, 0.4"})
    void regressionTargetsAreTheSamplersTrajectory(int uses, double end) {
        int steps = 3;
        DistillationConfig config = config().images(BATCH * 40).block(BATCH / 3).lanes(1).trajectoryShare(1).trajectorySteps(steps)
                .trajectoryUses(uses).trajectoryInterval(16).trajectoryEnd(end).build();
        try (OptionStep step = step(config, null)) {
            int[] seen = new int[steps + 1]; // of each step, and of the end
            for (int k = 0; k < 40; k++) {
                step.batch.draw(k);
                for (int block = 0; block < step.batch.blocks; block++) {
                    step.run(block);
                    float[] noise = Arrays.copyOf(step.values(step.worker.noise), BATCH / 3 * PIXEL);
                    float[] target = new float[BATCH / 3 * PIXEL];
                    step.worker.kernels.download(step.trajectories.targets(block).data(), target, 0);
                    int from = step.batch.firstRow(block);
                    float[][] states = new float[steps + 1][];
                    SampleRequest request = SampleRequest.ofNoise(noise).withWorkers(1).withConditions(
                            Arrays.copyOfRange(step.batch.samples.condition, from, from + BATCH / 3));
                    Sampler.reference(teacher, Solver.MULTISTEP, steps)
                            .sample(request, (i, first, n, x) -> states[i] = x.clone());
                    for (int i = 0; i < BATCH / 3; i++) {
                        double t = step.batch.s[from + i];
                        seen[OptionStep.taken(schedule, t, steps)]++;
                        for (int d = 0; d < PIXEL; d++) {
                            int at = i * PIXEL + d;
                            assertEquals(OptionStep.signal(schedule, states, noise, at, t), target[at], TOLERANCE,
                                    "step " + k + ", sample " + i + ", t = " + t);
                        }
                    }
                }
            }
            int samples = 40 * BATCH;
            double expected = samples * end;
            assertEquals(expected, seen[steps], 4 * Math.sqrt(expected), "at the end: four standard deviations");
            assertEquals(end == 1, Arrays.stream(seen).min().orElseThrow() == 0);
        }
    }

    @Test
    void targetFollowsTheStudent() {
        double decay = 0.75;
        Model student = new Model(Graph.of(new Mlp(PIXEL, 8, 1, 4)), device(), true);
        student.initialize(1);
        try (TrainingState state = new TrainingState(student, decay, null);
                TrainingState plain = new TrainingState(new Model(student.graph(), device(), true));
                var kernels = device().openKernels()) {
            assertTrue(plain.target == plain.student, "without a decay, the student makes its own targets");
            float[] before = new float[(int) state.length];
            float[] after = new float[before.length];
            float[] weights = new float[before.length];
            kernels.download(state.target.parameters(), before, 0);
            student.initialize(2);
            kernels.download(student.parameters(), weights, 0);
            for (int part = 0; part < 3; part++) {
                state.follow(kernels, part, 3);
            }
            kernels.download(state.target.parameters(), after, 0);
            float[] kept = new float[before.length];
            kernels.download(state.student.parameters(), kept, 0);
            assertArrayEquals(weights, kept);
            kernels.download(state.m(), kept, 0);
            assertArrayEquals(new float[kept.length], kept);
            for (int i = 0; i < before.length; i++) {
                assertEquals(decay * before[i] + (1 - decay) * weights[i], after[i], 1e-6);
            }
        }
    }
}
