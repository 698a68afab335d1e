package io.bootdistill.internal.distillation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BootDistiller;
import io.bootdistill.Golden;
import io.bootdistill.MixtureTeacher;
import io.bootdistill.Resolved;
import io.bootdistill.RunParts;
import io.bootdistill.Sampler;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.DistillationConfigBuilder;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import io.bootdistill.objective.BootstrapLoss.Boundary;
import io.bootdistill.objective.Objective;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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

    /** The teacher's prediction for a label, as a function of the state. */
    private SignalOde.Predictor predictor(float label) {
        return (x, t) -> {
            float[] f = new float[PIXEL];
            teacher.predict(1, new float[] {(float) x[0], (float) x[1]}, new double[] {t}, new float[] {label}, f);
            return new double[] {f[0], f[1]};
        };
    }

    @ParameterizedTest
    @EnumSource(value = Solver.class, names = "MULTISTEP", mode = EnumSource.Mode.EXCLUDE)
    void targetIsTheSolversStep(Solver solver) {
        try (OptionStep step = step(config().solver(solver).boundaryShare(0).build(), null)) {
            step.batch.draw(0);
            step.run();
            SignalOde ode = new SignalOde(schedule);
            float[] noise = step.values(step.worker.noise);
            float[] y = step.values(step.worker.y);
            float[] target = step.values(step.worker.target);
            for (int i = 0; i < BATCH; i++) {
                double[] expected = ode.step(solver, predictor(step.batch.samples.condition[i]), step.row(y, i), step.row(noise, i),
                        step.batch.t[i], step.batch.s[i]);
                assertArrayEquals(expected, step.row(target, i), TOLERANCE, solver + ", sample " + i);
            }
        }
    }

    @Test
    void hardBoundaryIsTheTeacherAtTheNoisyEnd() {
        try (OptionStep step = step(config().boundary(Boundary.HARD).solver(Solver.DDIM).build(), null)) {
            assertEquals(BATCH, step.batch.bootstrapSamples, "no samples of a boundary loss");
            step.batch.draw(0);
            double middle = (schedule.tMax() + schedule.tMin()) / 2;
            step.batch.setBootstrap(0, schedule.tMax(), middle, 0.1);
            step.batch.setBootstrap(1, middle, schedule.tMin(), 0.1);
            step.run();
            float[] noise = step.values(step.worker.noise);
            float[] y = step.values(step.worker.y);
            double[] boundary = predictor(step.batch.samples.condition[0]).predict(step.row(noise, 0), schedule.tMax());
            assertArrayEquals(boundary, step.row(y, 0), "exact at t_max");
            // x̂ = α y + σ ε with the whole signal: the DDIM target is a step of the teacher from there
            SignalOde ode = new SignalOde(schedule);
            float[] target = step.values(step.worker.target);
            float[] prediction = step.values(step.worker.prediction);
            for (int i = 0; i < BATCH; i++) {
                SignalOde.Predictor f = predictor(step.batch.samples.condition[i]);
                double[] atMax = f.predict(step.row(noise, i), schedule.tMax());
                double k = HardBoundary.share(schedule, step.batch.s[i]);
                double[] stepped = ode.step(
                        Solver.DDIM, f, step.row(y, i), step.row(noise, i), step.batch.t[i], step.batch.s[i]);
                double residual = 0;
                for (int d = 0; d < PIXEL; d++) {
                    assertEquals(stepped[d], target[i * PIXEL + d] + k * atMax[d], TOLERANCE, "sample " + i);
                    residual += Math.pow(prediction[i * PIXEL + d] + k * atMax[d] - stepped[d], 2) / PIXEL;
                }
                assertEquals(residual, step.residual[i], TOLERANCE, "sample " + i);
            }
            assertEquals(0, HardBoundary.share(schedule, schedule.tMin()), "sampling is the network alone");
        }
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
                    Sampler.reference(teacher, Solver.MULTISTEP, steps).withWorkers(1).sample(
                            noise, Arrays.copyOfRange(step.batch.samples.condition, from, from + BATCH / 3),
                            (i, first, n, x) -> states[i] = x.clone());
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

    /** target = y + c (f − y) + (1 − c) dy/dt with c = λ'/(1 + λ'): the residual is (dy/dt + λ' (f − y))/(1 + λ'). */
    @Test
    void derivativeTargetIsTheOdesResidual() {
        try (OptionStep step = step(config().objective(Objective.DERIVATIVE).boundaryShare(0).build(), null)) {
            step.batch.draw(0);
            step.batch.setDerivative(0, schedule.tMin());
            step.batch.setDerivative(1, schedule.tMax());
            step.run();
            float[] noise = step.values(step.worker.noise);
            float[] y = step.values(step.worker.y);
            double h = 0.125; // of the network's time; the error of the difference is about h⁴/30 = 1e-5
            float[] near = step.difference(h);
            float[] far = step.difference(2 * h);
            float[] target = step.values(step.worker.target);
            for (int i = 0; i < BATCH; i++) {
                double t = step.batch.t[i];
                double slope = schedule.lambdaDerivative(t);
                double[] f = predictor(step.batch.samples.condition[i]).predict(
                        new SignalOde(schedule).state(step.row(y, i), step.row(noise, i), t), t);
                for (int d = 0; d < PIXEL; d++) {
                    int k = i * PIXEL + d;
                    double derivative = (8 * near[k] - far[k]) / (12 * h) * schedule.networkTime(1);
                    double residual = (derivative + slope * (f[d] - y[k])) / (1 + slope);
                    assertEquals(y[k] + residual, target[k], 50 * TOLERANCE, "sample " + i + " at t = " + t);
                }
            }
        }
    }

    /** A short bootstrap step and the derivative pull the weights the same way. */
    @Test
    void derivativeIsTheLimitOfBootstrapping() {
        double t = 0.6;
        double delta = 1e-3;
        DistillationConfig one = config().batch(1).block(BATCH).images(4).boundaryShare(0).solver(Solver.DDIM).build();
        float[] limit;
        try (OptionStep step = step(one.toBuilder().objective(Objective.DERIVATIVE).build(), null)) {
            step.batch.draw(0);
            step.batch.setDerivative(0, t);
            limit = step.run().gradient();
        }
        try (OptionStep step = step(one, null)) {
            step.batch.draw(0);
            step.batch.setBootstrap(0, t, t - delta, delta);
            float[] shortStep = step.run().gradient();
            double product = 0;
            for (int i = 0; i < limit.length; i++) {
                product += (double) limit[i] * shortStep[i];
            }
            double scale = delta * (1 + schedule.lambdaDerivative(t));
            assertEquals(1, product / (Golden.norm(limit) * Golden.norm(shortStep)), 1e-3, "cosine");
            assertEquals(scale, Golden.norm(shortStep) / Golden.norm(limit), 0.05 * scale, "length");
        }
    }

    @Test
    void residualWeightsDivideLossAndGradient() {
        double kappa = 0.05;
        for (double power : new double[] {0.5, 1}) {
            DistillationConfig plain = config().batch(1).block(BATCH).images(4).boundaryShare(0).build();
            DistillationConfig weighted = plain.toBuilder().residualPower(power).residualKappa(kappa).build();
            try (OptionStep step = step(plain, null); OptionStep other = step(weighted, null)) {
                step.batch.draw(0);
                other.batch.draw(0);
                float[] expected = step.run().gradient();
                float[] gradient = other.run().gradient();
                double residual = step.residual[0];
                double divisor = Math.pow(residual + kappa, power);
                assertEquals(residual, other.residual[0], "the residual is reported as it is");
                double norm = 0;
                double difference = 0;
                for (int i = 0; i < gradient.length; i++) { // of the whole: an element may be what is left of larger terms
                    norm += Math.pow(expected[i] / divisor, 2);
                    difference += Math.pow(expected[i] / divisor - gradient[i], 2);
                }
                assertTrue(difference < 1e-12 * norm, Math.sqrt(difference / norm) + " off");
            }
            double loss = firstLoss(plain); // the residual, of a single sample
            assertEquals(loss / Math.pow(loss + kappa, power), firstLoss(weighted), 1e-6 * loss);
        }
    }

    private double firstLoss(DistillationConfig config) {
        RunParts parts = new RunParts(new BootDistiller(teacher, new Mlp(PIXEL, 8, 1, 4), device()), config);
        try (TrainingState state = parts.newState(); Trainer trainer = parts.newTrainer(state)) {
            return trainer.run().loss();
        }
    }

    @Test
    void guidedTargets() {
        Guidance guidance = new Guidance(1, teacher.nullLabel());
        float[] unguided = targets(config().build(), null, false);
        assertArrayEquals(unguided, targets(config().build(), guidance, false), (float) TOLERANCE, "w = 1 is no guidance");
        float[] none = targets(config().guidance(0).build(), guidance, false);
        assertArrayEquals(targets(config().build(), null, true), none, (float) TOLERANCE, "w = 0 is the null condition");
        float[] twice = targets(config().guidance(2).build(), guidance, false);
        float[] mixed = new float[unguided.length];
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = 2 * unguided[i] - none[i];
        }
        assertArrayEquals(mixed, twice, 4 * (float) TOLERANCE, "linear in w from the same state, with a single evaluation");
    }

    /** Targets of a DDIM step, whose state does not depend on the guidance; with {@code nulls}, the teacher sees no labels. */
    private float[] targets(DistillationConfig config, Guidance guidance, boolean nulls) {
        try (OptionStep step = step(config.toBuilder().solver(Solver.DDIM).build(), guidance)) {
            step.batch.draw(0);
            MixtureTeacher told = teacher;
            if (nulls) {
                told = new MixtureTeacher(schedule, MixtureTeacher.ring(3, 1.0), 0.4, true) {
                    @Override
                    public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
                        float[] none = new float[condition.length];
                        Arrays.fill(none, 3);
                        super.predict(n, x, t, none, f);
                    }
                };
            }
            try (BlockWorker worker = new BlockWorker(
                    config.toBuilder().solver(Solver.DDIM).build(), Resolved.of(told), step.student, step.student, guidance, null, null)) {
                step.run(worker);
                float[] values = new float[BATCH * PIXEL];
                worker.kernels.download(worker.target.data(), values, 0);
                return values;
            }
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
