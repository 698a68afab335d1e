package io.bootdistill.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.format.TimestepSpacing;
import io.bootdistill.internal.sampling.TimeSteps;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class NoiseScheduleTest {

    private static final double[] TABLE = {0.99, 0.9, 0.6, 0.2, 0.01};
    private final NoiseSchedule schedule = new DiscreteSchedule(TABLE);

    @Test
    void tableIsMetAtItsIndices() {
        for (int i = 0; i < TABLE.length; i++) {
            double t = i / 4.0;
            assertEquals(Math.sqrt(TABLE[i]), schedule.alpha(t), 1e-12);
            assertEquals(Math.sqrt(1 - TABLE[i]), schedule.sigma(t), 1e-12);
            assertEquals(i, schedule.networkTime(t), 1e-12);
        }
        assertEquals(0, schedule.tMin());
        assertEquals(1, schedule.tMax());
    }

    @Test
    void lambdaIsLinearInBetween() {
        double middle = (schedule.lambda(0.25) + schedule.lambda(0.5)) / 2;
        assertEquals(middle, schedule.lambda(0.375), 1e-12);
        double h = 1e-6;
        assertEquals((schedule.lambda(0.4 + h) - schedule.lambda(0.4 - h)) / (2 * h), schedule.lambdaDerivative(0.4), 1e-6);
        for (double t = 0; t <= 1; t += 0.05) {
            assertEquals(1, Math.pow(schedule.alpha(t), 2) + Math.pow(schedule.sigma(t), 2), 1e-12);
            assertEquals(schedule.lambda(t), Math.log(schedule.sigma(t) / schedule.alpha(t)), 1e-12);
        }
    }

    @Test
    void stepsCompose() {
        // 1 − c is e^{λ_s − λ_t}: going over a middle time multiplies
        double over = (1 - schedule.step(0.9, 0.6)) * (1 - schedule.step(0.6, 0.1));
        assertEquals(over, 1 - schedule.step(0.9, 0.1), 1e-12);
    }

    @Test
    void pureNoiseAtTheEndIsLeftOut() {
        NoiseSchedule zero = new DiscreteSchedule(new double[] {0.99, 0.5, 0.1, 0});
        assertEquals(2 / 3.0, zero.tMax(), 1e-12);
    }

    @Test
    void badTablesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new DiscreteSchedule(new double[] {0.5}));
        assertThrows(IllegalArgumentException.class, () -> new DiscreteSchedule(new double[] {0.5, 0.6}));
        assertThrows(IllegalArgumentException.class, () -> new DiscreteSchedule(new double[] {0.5, Double.NaN}));
        assertThrows(IllegalArgumentException.class, () -> new DiscreteSchedule(new double[] {1, 0.5}));
    }

    @Test
    void headMakesTheStudentTheTeacherAtTheNoisyEnd() {
        double alpha = schedule.alpha(1);
        double sigma = schedule.sigma(1);
        assertEquals(new Head(alpha, -sigma), Head.of(Prediction.V, schedule));
        assertEquals(new Head(0, 1), Head.of(Prediction.SAMPLE, schedule));
        assertEquals(new Head(1, -1), Head.of(Prediction.FLOW, new FlowSchedule()));
        assertEquals(new Head(0, -1), Head.of(Prediction.EPSILON, schedule));
    }

    @Test
    void timeStepsOfTheFormat() {
        // numbers of the format's own schedulers for N = 1000
        assertArrayEquals(new double[] {750, 500, 250, 0}, indices(TimestepSpacing.LEADING, 4, 0), 1e-9);
        assertArrayEquals(new double[] {751, 501, 251, 1}, indices(TimestepSpacing.LEADING, 4, 1), 1e-9);
        assertArrayEquals(new double[] {999, 749, 499, 249}, indices(TimestepSpacing.TRAILING, 4, 0), 1e-9);
        assertArrayEquals(new double[] {999, 666, 333, 0}, indices(TimestepSpacing.LINSPACE, 4, 0), 1e-9);
        assertArrayEquals(new double[] {999, 666, 332}, indices(TimestepSpacing.TRAILING, 3, 0), 1e-9);
        assertThrows(IllegalArgumentException.class, () -> indices(TimestepSpacing.LEADING, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> indices(TimestepSpacing.LEADING, 1001, 0));
    }

    private static double[] indices(TimestepSpacing spacing, int n, int offset) {
        double[] times = TimeSteps.of(1000, spacing, n, offset);
        for (int i = 0; i < times.length; i++) {
            times[i] *= 999;
        }
        return times;
    }
}
