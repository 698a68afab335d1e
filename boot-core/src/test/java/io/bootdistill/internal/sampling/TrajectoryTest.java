package io.bootdistill.internal.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.MixtureTeacher;
import io.bootdistill.Sampler;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.diffusion.SignalOde.Solver;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the reference begins: at ε, or, where the state at t_max still has signal, at x̂ = α f(ε, t_max) + σ ε. */
@Tag("fast")
class TrajectoryTest {

    private static final long[] SEEDS = {1, 2, 3, 4, 5, 6, 7, 8, 9};

    /** Betas of Stable Diffusion, scaled-linear, or of DDPM, linear. */
    private static NoiseSchedule schedule(boolean scaled) {
        double[] alphasCumprod = new double[1000];
        double product = 1;
        for (int i = 0; i < alphasCumprod.length; i++) {
            double root = Math.sqrt(0.00085) + (Math.sqrt(0.012) - Math.sqrt(0.00085)) * i / 999;
            product *= 1 - (scaled ? root * root : 1e-4 + (0.02 - 1e-4) * i / 999);
            alphasCumprod[i] = product;
        }
        return new DiscreteSchedule(alphasCumprod);
    }

    private static final NoiseSchedule LATENT = schedule(true);

    /** Of a mean that the first prediction gives to x̂, and ε alone has not. */
    private final MixtureTeacher teacher =
            new MixtureTeacher(LATENT, new double[][] {{2, 1}, {1, 0}, {0.5, 1.5}}, 0.4, false);

    /** Steps round states and signals of at most 4 a few times each. */
    private static double tolerance(int steps) {
        return 8 * steps * Math.ulp(4f);
    }

    /** DDIM in the state: x_s = α_s f + σ_s (x − α f)/σ, from a first state. */
    private double[] ddim(double[] x, int steps) {
        for (int i = 0; i < steps; i++) {
            double t = 1 - i / (double) steps;
            double s = 1 - (i + 1) / (double) steps;
            double[] f = teacher.predict(x, t);
            double[] next = new double[2];
            for (int d = 0; d < 2; d++) {
                double noise = (x[d] - LATENT.alpha(t) * f[d]) / LATENT.sigma(t);
                next[d] = LATENT.alpha(s) * f[d] + LATENT.sigma(s) * noise;
            }
            x = next;
        }
        return teacher.predict(x, 0);
    }

    private double[] begin(double[] noise) {
        double[] f = teacher.predict(noise, 1);
        return new double[] {
            LATENT.alpha(1) * f[0] + LATENT.sigma(1) * noise[0], LATENT.alpha(1) * f[1] + LATENT.sigma(1) * noise[1]
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 10})
    void referenceBeginsWithTheSignalThatIsLeft(int steps) {
        assertEquals(0.068, LATENT.alpha(1), 5e-4);
        float[] noise = Samples.noise(teacher.shape(), SEEDS);
        Sampler sampler = Sampler.reference(teacher, steps);
        assertEquals(steps + 2, sampler.evaluations());
        float[] found = sampler.sample(SEEDS, null);
        double gap = 0;
        for (int i = 0; i < SEEDS.length; i++) {
            double[] epsilon = {noise[2 * i], noise[2 * i + 1]};
            double[] expected = ddim(begin(epsilon), steps);
            double[] fromNoise = ddim(epsilon, steps);
            for (int d = 0; d < 2; d++) {
                assertEquals(expected[d], found[2 * i + d], tolerance(steps), "sample " + i);
                gap = Math.max(gap, Math.abs(expected[d] - fromNoise[d]));
            }
        }
        assertTrue(gap > 100 * tolerance(steps), "pure noise leads elsewhere: " + gap);
    }

    @Test
    void oneStepIsTheFirstPrediction() {
        float[] noise = Samples.noise(teacher.shape(), SEEDS);
        float[] found = Sampler.reference(teacher, 1).sample(SEEDS, null);
        for (int i = 0; i < SEEDS.length; i++) {
            double[] f = teacher.predict(new double[] {noise[2 * i], noise[2 * i + 1]}, 1);
            assertEquals(f[0], found[2 * i], tolerance(1));
        }
    }

    /** {@link SignalOde} is the definition: its state at t_max is x̂, for all solvers. */
    @ParameterizedTest
    @EnumSource(Solver.class)
    void referenceIsThatOfTheSignalOde(Solver solver) {
        int steps = 6;
        float[] noise = Samples.noise(teacher.shape(), SEEDS);
        float[] found = Sampler.reference(teacher, solver, steps).sample(SEEDS, null);
        SignalOde ode = new SignalOde(LATENT);
        for (int i = 0; i < SEEDS.length; i++) {
            double[] epsilon = {noise[2 * i], noise[2 * i + 1]};
            double[] y = ode.solve(solver, teacher::predict, epsilon, steps);
            double[] expected = teacher.predict(ode.state(y, epsilon, 0), 0);
            for (int d = 0; d < 2; d++) {
                assertEquals(expected[d], found[2 * i + d], tolerance(2 * steps), "sample " + i);
            }
        }
    }

    /** Of a schedule of pixels, N steps and N + 1 calls, the first of which is the first prediction itself. */
    @Test
    void schedulesWithoutSignalCallOnceAtEachTime() {
        for (NoiseSchedule schedule : new NoiseSchedule[] {schedule(false), MixtureTeacher.cosine()}) {
            assertTrue(schedule.alpha(1) < 0.05);
            assertFalse(Trajectory.startsWithSignal(schedule));
            Trajectory trajectory = Trajectory.reference(schedule, Solver.DDIM, 4);
            assertArrayEquals(new double[] {1, 0.75, 0.5, 0.25, 0}, trajectory.times());
            assertEquals(1, trajectory.steps()[0]);
            for (int i = 1; i < 4; i++) {
                assertEquals(schedule.step(1 - i / 4.0, 1 - (i + 1) / 4.0), trajectory.steps()[i], 1e-15);
            }
            assertEquals(0, trajectory.start());
            assertEquals(5, trajectory.evaluations());
        }
        assertTrue(Trajectory.startsWithSignal(LATENT));
        Trajectory latent = Trajectory.reference(LATENT, Solver.DDIM, 4);
        assertArrayEquals(new double[] {1, 1, 0.75, 0.5, 0.25, 0}, latent.times());
        assertEquals(1, latent.steps()[0]);
        assertEquals(LATENT.step(1, 0.75), latent.steps()[1], 1e-15);
        assertEquals(LATENT.alpha(1), latent.alphas()[0]);
        assertEquals(6, Arrays.stream(latent.seconds()).filter(Double::isNaN).count());
    }
}
