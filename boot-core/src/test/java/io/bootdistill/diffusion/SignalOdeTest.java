package io.bootdistill.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.MixtureTeacher;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.SignalOde.Solver;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The Signal-ODE on an analytic teacher, in float64. */
@Tag("fast")
class SignalOdeTest {

    private static final NoiseSchedule FLOW = new FlowSchedule();
    private final MixtureTeacher teacher = new MixtureTeacher(FLOW, MixtureTeacher.ring(5, 1.0), 0.3, false);
    private final SignalOde ode = new SignalOde(FLOW);

    private static double[] noise(long seed) {
        return new double[] {Philox.normal(seed, 0, 0), Philox.normal(seed, 0, 1)};
    }

    /** The exact path from t to s: many small Heun steps. */
    private double[] fine(double[] y, double[] noise, double t, double s, int steps) {
        double[] path = y;
        for (int i = 0; i < steps; i++) {
            double a = t + (s - t) * i / steps;
            double b = t + (s - t) * (i + 1) / steps;
            path = ode.step(Solver.HEUN, teacher::predict, path, noise, a, b);
        }
        return path;
    }

    /** Local error at h against h/2, from points on the path: 2² for DDIM, 2³ for Heun. */
    private double localOrder(Solver solver, long seed, double t) {
        double[] noise = noise(seed);
        double[] y = fine(teacher.predict(noise, 1), noise, 0.999, t, 4000);
        double[] errors = new double[2];
        for (int k = 0; k < 2; k++) {
            double h = 0.02 / (1 << k);
            double[] step = ode.step(solver, teacher::predict, y, noise, t, t - h);
            double[] exact = fine(y, noise, t, t - h, 400);
            errors[k] = Math.hypot(step[0] - exact[0], step[1] - exact[1]);
        }
        return Math.log(errors[0] / errors[1]) / Math.log(2);
    }

    @Test
    void localErrorOrders() {
        for (long seed = 1; seed <= 6; seed++) {
            for (double t : new double[] {0.4, 0.6, 0.8}) {
                String where = ", seed " + seed + ", t " + t;
                assertEquals(2, localOrder(Solver.EULER, seed, t), 0.25, "Euler" + where);
                assertEquals(2, localOrder(Solver.DDIM, seed, t), 0.25, "DDIM" + where);
                assertEquals(3, localOrder(Solver.HEUN, seed, t), 0.35, "Heun" + where);
                assertEquals(3, localOrder(Solver.MIDPOINT, seed, t), 0.35, "midpoint" + where);
            }
        }
    }

    /** Error at t_min with twice the steps: half with DDIM, a quarter with solvers of the second order; a mean over noises. */
    @Test
    void globalErrorOrders() {
        assertEquals(1, globalOrder(Solver.DDIM), 0.1, "DDIM");
        assertEquals(2, globalOrder(Solver.HEUN), 0.25, "Heun");
        assertEquals(2, globalOrder(Solver.MULTISTEP), 0.25, "multistep");
    }

    private double globalOrder(Solver solver) {
        return LongStream.rangeClosed(1, 8).mapToDouble(seed -> {
            double[] noise = noise(seed);
            return globalOrder(solver, noise, ode.solve(Solver.HEUN, teacher::predict, noise, 20_000));
        }).average().orElseThrow();
    }

    private double globalOrder(Solver solver, double[] noise, double[] exact) {
        double[] errors = new double[2];
        for (int k = 0; k < 2; k++) {
            double[] y = ode.solve(solver, teacher::predict, noise, 400 << k);
            errors[k] = Math.hypot(y[0] - exact[0], y[1] - exact[1]);
        }
        return Math.log(errors[0] / errors[1]) / Math.log(2);
    }

    @ParameterizedTest
    @EnumSource(Solver.class)
    void timesFallFromEndToEnd(Solver solver) {
        for (NoiseSchedule schedule : List.of(FLOW, new DiscreteSchedule(new double[] {0.99, 0.9, 0.6, 0.2, 0}))) {
            int n = 7;
            assertEquals(schedule.tMax(), solver.time(schedule, 0, n));
            assertEquals(schedule.tMin(), solver.time(schedule, n, n));
            double mean = (schedule.tMax() - schedule.tMin()) / n;
            double before = Double.POSITIVE_INFINITY;
            for (int i = 1; i <= n; i++) {
                double length = solver.time(schedule, i - 1, n) - solver.time(schedule, i, n);
                if (solver == Solver.MULTISTEP) {
                    assertTrue(length > 0 && length < before, "step " + i + ": " + length + " after " + before);
                } else {
                    assertEquals(mean, length, 1e-15, "step " + i);
                }
                before = length;
            }
        }
    }

    @Test
    void multistepExtrapolatesToTheMiddleOfTheStep() {
        assertEquals(0.5, Solver.MULTISTEP.extrapolation(0.8, 0.7, 0.6), 1e-15, "equal steps: 3/2 f − 1/2 f before");
        assertEquals(0.25, Solver.MULTISTEP.extrapolation(0.9, 0.7, 0.6), 1e-15);
        assertEquals(0, Solver.DDIM.extrapolation(0.8, 0.7, 0.6));
        assertThrows(IllegalArgumentException.class,
                () -> ode.step(Solver.MULTISTEP, teacher::predict, noise(1), noise(1), 0.7, 0.6));
    }

    /** With α = 1 − t and σ = t, a step of the target is a straight line along the velocity v = (x − f)/t = ε − y. */
    @Test
    void targetOfTheFlowScheduleIsTheVelocityForm() {
        double t = 0.7;
        double s = 0.65;
        double[] noise = noise(4);
        double[] y = {0.5, -0.2};
        double[] x = ode.state(y, noise, t);
        double[] f = teacher.predict(x, t);
        double[] expected = new double[2];
        for (int d = 0; d < 2; d++) {
            expected[d] = x[d] + (s - t) * (x[d] - f[d]) / t;
        }
        double[] target = ode.step(Solver.DDIM, teacher::predict, y, noise, t, s);
        assertArrayEquals(expected, ode.state(target, noise, s), 1e-14);
        assertEquals((t - s) / (t * (1 - s)), Solver.DDIM.factor(FLOW, t, s), 1e-15);
    }

    @Test
    void eulersFactorIsLimitedWhereLambdaHasNoBound() {
        assertEquals(0.05 / (0.5 * 0.5), Solver.EULER.factor(FLOW, 0.5, 0.45), 1e-15);
        assertEquals(1, Solver.EULER.factor(FLOW, 1, 0.95));
    }

    @Test
    void midpointIsMidwayInLambda() {
        NoiseSchedule discrete = new DiscreteSchedule(new double[] {0.99, 0.9, 0.6, 0.2, 0});
        for (NoiseSchedule schedule : new NoiseSchedule[] {FLOW, discrete}) {
            double m = Solver.MIDPOINT.second(schedule, 0.7, 0.4);
            assertEquals((schedule.lambda(0.7) + schedule.lambda(0.4)) / 2, schedule.lambda(m), 1e-12);
        }
        assertEquals(0.95, Solver.MIDPOINT.second(FLOW, 1, 0.9), 1e-15, "midway in time where λ is infinite");
    }

    @Test
    void ddimStepIsTheFormatsStep() {
        // x_s = α_s f + σ_s (x − α f)/σ, with f held constant: the deterministic sampler in state space
        double t = 0.7;
        double s = 0.55;
        double[] noise = noise(3);
        double[] y = {0.2, -0.4};
        double[] x = ode.state(y, noise, t);
        double[] f = teacher.predict(x, t);
        double[] expected = new double[2];
        for (int d = 0; d < 2; d++) {
            double predictedNoise = (x[d] - FLOW.alpha(t) * f[d]) / FLOW.sigma(t);
            expected[d] = FLOW.alpha(s) * f[d] + FLOW.sigma(s) * predictedNoise;
        }
        double[] signal = ode.step(Solver.DDIM, teacher::predict, y, noise, t, s);
        assertArrayEquals(expected, ode.state(signal, noise, s), 1e-14);
    }

    @Test
    void derivativeIsTheOdesRightHandSide() {
        // dy/dt = −λ' (f − y): the limit of the step
        double t = 0.6;
        double h = 1e-6;
        double[] noise = noise(5);
        double[] y = {0.3, 0.1};
        double[] f = teacher.predict(ode.state(y, noise, t), t);
        double[] step = ode.step(Solver.DDIM, teacher::predict, y, noise, t, t - h);
        for (int d = 0; d < 2; d++) {
            assertEquals(-FLOW.lambdaDerivative(t) * (f[d] - y[d]), (y[d] - step[d]) / h, 1e-5);
        }
    }

    @Test
    void signalAtTheEndIsASampleOfTheMixture() {
        // components that do not overlap: the centre of the ring is ten deviations from each
        double deviation = 0.1;
        MixtureTeacher narrow = new MixtureTeacher(FLOW, MixtureTeacher.ring(5, 1.0), deviation, false);
        for (long seed = 1; seed <= 20; seed++) {
            double[] y = ode.solve(Solver.HEUN, narrow::predict, noise(seed), 200);
            double[] fine = ode.solve(Solver.HEUN, narrow::predict, noise(seed), 2000);
            assertEquals(0, Math.hypot(y[0] - fine[0], y[1] - fine[1]), 0.1 * deviation, "seed " + seed + ", 10 × finer");
            double nearest = Arrays.stream(MixtureTeacher.ring(5, 1.0))
                    .mapToDouble(mean -> Math.hypot(mean[0] - y[0], mean[1] - y[1]))
                    .min().orElseThrow();
            assertTrue(nearest < 4 * deviation, "seed " + seed + " ends " + nearest + " from the nearest component");
        }
    }

    /**
     * Along the path of a Gaussian teacher, N(0.3, ½²) at x = 0.2 and t = ½: what it predicts changes in time, the consistency
     * function does not.
     */
    @Test
    void tangentOfAGaussianTeacher() {
        double mean = 0.3;
        double deviation = 0.5;
        SignalOde.Predictor gaussian = (x, t) -> {
            double alpha = FLOW.alpha(t);
            return new double[] {mean + alpha * deviation * deviation / variance(t, deviation) * (x[0] - alpha * mean)};
        };
        SignalOde.Predictor consistency = (x, t) ->
                new double[] {mean + deviation * (x[0] - FLOW.alpha(t) * mean) / Math.sqrt(variance(t, deviation))};
        double t = 0.5;
        double h = 1e-6;
        double[] y = {0.1};
        double[] noise = {0.3};
        double[] x = ode.state(y, noise, t);
        double[] next = ode.state(ode.step(Solver.DDIM, gaussian, y, noise, t, t - h), noise, t - h);
        assertEquals(0.2, x[0], 1e-15);
        assertEquals(-0.24, (x[0] - next[0]) / h, 10 * h);
        assertEquals(0.032, (gaussian.predict(x, t)[0] - gaussian.predict(x, t - h)[0]) / h, 10 * h);
        assertEquals(-0.064, (gaussian.predict(x, t)[0] - gaussian.predict(next, t - h)[0]) / h, 10 * h);
        assertEquals(0, (consistency.predict(x, t)[0] - consistency.predict(next, t - h)[0]) / h, 10 * h);
    }

    private static double variance(double t, double deviation) {
        return Math.pow(FLOW.alpha(t) * deviation, 2) + Math.pow(FLOW.sigma(t), 2);
    }

    @Test
    void stepOfTheFlowScheduleIsTheLimitOfTheGeneralOne() {
        for (double t : new double[] {0.2, 0.5, 0.9}) {
            double general = -Math.expm1(FLOW.lambda(t - 0.1) - FLOW.lambda(t));
            assertEquals(general, FLOW.step(t, t - 0.1), 1e-14);
        }
        assertEquals(1, FLOW.step(0.3, 0), 0);
        assertEquals(1, FLOW.step(1, 0.99), 1e-12);
    }
}
