package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BootstrapLoss.Boundary;
import io.bootdistill.BootstrapLoss.Weighting;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.network.ConditionShape;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a step draws: 26 bootstrap samples in four blocks of 8, the last one ragged, and 6 of the boundary in a fifth. */
class BatchTest {

    private static final int STEPS = 11;
    private static final int LAST = STEPS - 1;
    private static final int IMAGE_SIZE = 5;
    private static final double ROUNDING = 1e-12;

    /** Pure noise at the last index: t_max is the one before it. */
    private final NoiseSchedule schedule = NoiseSchedule.discrete(new double[] {0.99, 0.9, 0.6, 0.2, 0});

    private static DistillationConfig.Builder config() {
        return DistillationConfig.builder().batch(32).block(8).images(32 * STEPS).seed(5)
                .boundaryShare(6 / 32.0).deltaStart(0.2).deltaEnd(0.05);
    }

    private Batch batch(DistillationConfig config) {
        return new Batch(config, schedule, Prediction.V, Head.of(Prediction.V, schedule), 0,
                ConditionSource.labels(4, 3, 0.1), new ConditionShape.Label(4), IMAGE_SIZE);
    }

    private static double coefficient(Batch batch, int row, int index) {
        return batch.coefficients[row * SignalCoefficients.COUNT + index];
    }

    @Test
    void blocksHoldTheSamples() {
        Batch batch = batch(config().build());
        assertEquals(26, batch.bootstrapSamples);
        assertEquals(6, batch.boundarySamples);
        assertEquals(5, batch.blocks);
        assertEquals(32, batch.firstBoundaryRow());
        assertEquals(2, batch.samples(3));
        assertEquals(6, batch.samples(4));
        assertFalse(batch.isBoundary(3));
        assertTrue(batch.isBoundary(4));
    }

    @Test
    void deltaFallsGeometrically() {
        Batch batch = batch(config().build());
        assertEquals(0.2, batch.delta(0), ROUNDING);
        assertEquals(0.1, batch.delta(LAST / 2), ROUNDING);
        assertEquals(0.05, batch.delta(LAST), ROUNDING);
        assertEquals(0.2, batch(config().images(32).build()).delta(0), ROUNDING, "a run of one step");
    }

    @Test
    void timesAreStratified() {
        Batch batch = batch(config().build());
        for (int step : new int[] {0, LAST / 2, LAST}) {
            batch.draw(step);
            double delta = batch.delta(step);
            double lowest = schedule.tMin() + delta;
            double stratum = (schedule.tMax() - lowest) / batch.bootstrapSamples;
            for (int i = 0; i < batch.bootstrapSamples; i++) {
                String where = "step " + step + ", sample " + i;
                assertTrue(batch.t[i] >= lowest + i * stratum - ROUNDING, where);
                assertTrue(batch.t[i] <= lowest + (i + 1) * stratum + ROUNDING, where);
                assertEquals(batch.t[i] - delta, batch.s[i], ROUNDING, where);
                assertTrue(batch.s[i] >= schedule.tMin(), where);
                assertEquals((float) schedule.networkTime(batch.t[i]), batch.networkT[i], where);
                assertEquals((float) schedule.networkTime(batch.s[i]), batch.networkS[i], where);
                assertEquals(
                        (float) schedule.step(batch.t[i], batch.s[i]), coefficient(batch, i, SignalCoefficients.STEP), where);
            }
        }
    }

    @Test
    void timesAreSpreadWithinTheirStrata() {
        Batch batch = batch(config().build());
        double sum = 0;
        double squares = 0;
        int count = 0;
        for (int step = 0; step < STEPS; step++) {
            batch.draw(step);
            double lowest = schedule.tMin() + batch.delta(step);
            double stratum = (schedule.tMax() - lowest) / batch.bootstrapSamples;
            for (int i = 0; i < batch.bootstrapSamples; i++) {
                double place = (batch.t[i] - lowest) / stratum - i;
                sum += place;
                squares += place * place;
                count++;
            }
        }
        double mean = sum / count;
        assertEquals(0.5, mean, 4 * Math.sqrt(1 / 12.0 / count), "uniform: four standard deviations");
        assertEquals(1 / 12.0, squares / count - mean * mean, 4 * Math.sqrt(1 / 180.0 / count));
    }

    @Test
    void seedsAreDistinctOverSteps() {
        Batch batch = batch(config().build());
        Set<Long> seeds = new HashSet<>();
        int rows = 0;
        for (int step = 0; step < 2; step++) {
            batch.draw(step);
            for (int block = 0; block < batch.blocks; block++) {
                for (int i = 0; i < batch.samples(block); i++) {
                    seeds.add(batch.seeds[block * batch.block + i]);
                    rows++;
                }
            }
        }
        assertEquals(2 * 32, rows);
        assertEquals(rows, seeds.size());
    }

    @Test
    void stepIsAPureFunction() {
        Batch first = batch(config().build());
        Batch second = batch(config().build());
        first.draw(3);
        second.draw(7);
        second.draw(3);
        assertArrayEquals(first.t, second.t);
        assertArrayEquals(first.seeds, second.seeds);
        assertArrayEquals(first.condition, second.condition);
        assertArrayEquals(first.coefficients, second.coefficients);
    }

    @Test
    void boundaryIsAStepFromPureNoise() {
        Batch batch = batch(config().build());
        batch.draw(LAST);
        for (int i = 0; i < batch.boundarySamples; i++) {
            int row = batch.firstBoundaryRow() + i;
            assertEquals(0.75, batch.t[row], "t_max");
            assertEquals(0.75, batch.s[row]);
            assertEquals(3, batch.networkT[row]);
            assertEquals(3, batch.networkS[row]);
            assertEquals(1, coefficient(batch, row, SignalCoefficients.STEP));
        }
    }

    @ParameterizedTest
    @EnumSource(Boundary.class)
    void factorsSumToTheLoss(Boundary boundary) {
        double beta = 0.25;
        for (Weighting weighting : Weighting.values()) {
            BootstrapLoss loss = new BootstrapLoss(weighting, boundary, beta);
            Batch batch = batch(config().weighting(weighting).boundary(boundary).beta(beta).build());
            for (int step : new int[] {0, LAST}) {
                batch.draw(step);
                double delta = batch.delta(step);
                double bootstrap = 0;
                double weights = 0;
                for (int i = 0; i < batch.bootstrapSamples; i++) {
                    double c = schedule.step(batch.t[i], batch.s[i]);
                    assertEquals(loss.weight(delta, c), batch.weight[i], ROUNDING * batch.weight[i]);
                    assertGradient(batch, i);
                    bootstrap += batch.factor[i];
                    weights += batch.weight[i];
                }
                double atBoundary = 0;
                for (int i = 0; i < batch.boundarySamples; i++) {
                    assertGradient(batch, batch.firstBoundaryRow() + i);
                    atBoundary += batch.factor[batch.firstBoundaryRow() + i];
                }
                // an atom is part of one mean of w over all 32; a term has a mean of its own, without w, times β
                boolean atom = boundary == Boundary.ATOM;
                assertEquals(weights / (atom ? 32 : 26), bootstrap, ROUNDING * weights, weighting + ", bootstrap");
                assertEquals(atom ? 6 * loss.weight(delta, 1) / 32 : beta, atBoundary, ROUNDING * weights, weighting + ", boundary");
            }
        }
    }

    /** The gradient of factor · mean of r². */
    private static void assertGradient(Batch batch, int row) {
        assertEquals((float) (2 * batch.factor[row] / IMAGE_SIZE), coefficient(batch, row, SignalCoefficients.GRADIENT));
    }
}
