package io.bootdistill.internal.distillation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.DistillationConfigBuilder;
import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.objective.BootstrapLoss;
import io.bootdistill.objective.BootstrapLoss.Boundary;
import io.bootdistill.objective.BootstrapLoss.Weighting;
import io.bootdistill.objective.DeltaSchedule;
import io.bootdistill.objective.Objective;
import io.bootdistill.objective.TimeSampling;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a step draws: 26 bootstrap samples and 6 of the boundary, in five blocks of at most 7. */
class BatchTest {

    private static final int STEPS = 11;
    private static final int LAST = STEPS - 1;
    private static final int IMAGE_SIZE = 5;
    private static final double ROUNDING = 1e-12;

    /** Pure noise at the last index: t_max is the one before it. */
    private final NoiseSchedule schedule = new DiscreteSchedule(new double[] {0.99, 0.9, 0.6, 0.2, 0});

    private static DistillationConfigBuilder config() {
        return DistillationConfig.builder().trajectoryShare(0).correctorShare(0).batch(32).block(7).images(32 * STEPS).seed(5)
                .boundaryShare(6 / 32.0).deltaStart(0.2).deltaEnd(0.05);
    }

    private Batch batch(DistillationConfig config) {
        return new Batch(config, schedule, Prediction.V, Prediction.V, 0,
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
        Set<Integer> rows = new HashSet<>();
        int bootstrap = 0;
        int boundary = 0;
        for (int block = 0; block < batch.blocks; block++) {
            int first = batch.firstRow(block);
            int n = batch.samples(block);
            assertTrue(n == 6 || n == 7, "block " + block + " has " + n);
            for (int i = 0; i < n; i++) {
                boolean isBootstrap = i < batch.bootstrapSamples(block);
                assertEquals(first + i, isBootstrap ? batch.bootstrapRow[bootstrap++] : batch.boundaryRow[boundary++]);
                rows.add(first + i);
            }
            int atBoundary = n - batch.bootstrapSamples(block);
            assertTrue(atBoundary == 1 || atBoundary == 2, "block " + block + " has " + atBoundary + " of the boundary");
        }
        assertEquals(26, bootstrap);
        assertEquals(6, boundary);
        assertEquals(32, rows.size());
    }

    /** 26 bootstrap samples, 13 of which restart: the first of each block, each kind with strata of its own. */
    @Test
    void restartedSamplesLeadTheBlocks() {
        Batch batch = batch(config().restartShare(0.5).build());
        assertEquals(13, batch.config.restartSamples());
        List<Double> starts = new ArrayList<>();
        for (int step : new int[] {0, LAST}) {
            batch.draw(step);
            double lowest = schedule.tMin() + batch.delta(step);
            int seen = 0;
            for (int block = 0; block < batch.blocks; block++) {
                int restarted = batch.restartSamples(block);
                assertTrue(restarted == 2 || restarted == 3, "block " + block + " has " + restarted);
                for (int i = 0; i < batch.samples(block); i++) {
                    int row = batch.firstRow(block) + i;
                    double start = batch.restarts.networkStart[row] / schedule.networkTime(1);
                    assertEquals(i >= restarted, start == schedule.tMax());
                    if (i < restarted) {
                        assertEquals(row, batch.bootstrapRow[13 + seen]);
                        double stratum = (start - lowest) / 13;
                        assertTrue(start >= lowest - 1e-6 && batch.t[row] <= start + 1e-6);
                        assertTrue(batch.t[row] >= lowest + seen * stratum - 1e-6);
                        assertTrue(batch.t[row] <= lowest + (seen + 1) * stratum + 1e-6);
                        starts.add((start - lowest) / (schedule.tMax() - lowest));
                        seen++;
                    }
                }
            }
            assertEquals(13, seen);
        }
        Collections.sort(starts.subList(0, 13));
        for (int i = 0; i < 12; i++) {
            assertTrue(starts.get(i + 1) - starts.get(i) < 2.0 / 13, "the starts of a step are spread: " + starts);
        }
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
                int row = batch.bootstrapRow[i];
                assertTrue(batch.t[row] >= lowest + i * stratum - ROUNDING, where);
                assertTrue(batch.t[row] <= lowest + (i + 1) * stratum + ROUNDING, where);
                assertEquals(batch.t[row] - delta, batch.s[row], ROUNDING, where);
                assertTrue(batch.s[row] >= schedule.tMin(), where);
                assertEquals((float) schedule.networkTime(batch.t[row]), batch.networkT[row], where);
                assertEquals((float) schedule.networkTime(batch.s[row]), batch.networkS[row], where);
                assertEquals(
                        (float) schedule.step(batch.t[row], batch.s[row]), coefficient(batch, row, SignalCoefficients.STEP), where);
            }
        }
    }

    @Test
    void uniformTimesAreIndependent() {
        Batch batch = batch(config().timeSampling(TimeSampling.UNIFORM).build());
        double sum = 0;
        int count = 0;
        boolean leftTheStrata = false;
        for (int step = 0; step < STEPS; step++) {
            batch.draw(step);
            double lowest = schedule.tMin() + batch.delta(step);
            for (int i = 0; i < batch.bootstrapSamples; i++) {
                double u = (batch.t[batch.bootstrapRow[i]] - lowest) / (schedule.tMax() - lowest);
                assertTrue(u >= -ROUNDING && u <= 1, "u is " + u);
                leftTheStrata |= Math.abs(u * batch.bootstrapSamples - i) > 2;
                sum += u;
                count++;
            }
        }
        assertTrue(leftTheStrata);
        assertEquals(0.5, sum / count, 4 * Math.sqrt(1 / 12.0 / count), "uniform: four standard deviations");
    }

    @Test
    void progressiveTimesFallOverTheRun() {
        Batch batch = batch(config().timeSampling(TimeSampling.PROGRESSIVE).build());
        for (int step = 0; step < STEPS; step++) {
            batch.draw(step);
            double lowest = schedule.tMin() + batch.delta(step);
            for (int i = 0; i < batch.bootstrapSamples; i++) {
                double u = (batch.t[batch.bootstrapRow[i]] - lowest) / (schedule.tMax() - lowest);
                assertTrue(u <= 1 - (double) step / STEPS + ROUNDING && u >= 1 - (step + 1.0) / STEPS - ROUNDING,
                        "step " + step + ": u is " + u);
            }
        }
    }

    @Test
    void relativeStepsAreInProportionToT() {
        Batch batch = batch(config().deltaSchedule(DeltaSchedule.RELATIVE).build());
        batch.draw(0);
        for (int row : batch.bootstrapRow) {
            double delta = 0.2 * Math.max(batch.t[row], 0.1);
            assertEquals(Math.max(batch.t[row] - delta, 0), batch.s[row], ROUNDING);
        }
        assertEquals(0.02, batch.t[batch.bootstrapRow[0]], 0.75 / batch.bootstrapSamples, "the lowest stratum reaches t_min");
    }

    @Test
    void eachSampleDrawsItsScale() {
        Batch batch = batch(config().guidance(1).guidanceMost(3).build());
        double sum = 0;
        int count = 0;
        for (int step = 0; step < STEPS; step++) {
            batch.draw(step);
            for (int row = 0; row < 32; row++) {
                assertEquals(batch.samples.guidance[row], (float) coefficient(batch, row, SignalCoefficients.GUIDANCE));
                assertTrue(batch.samples.guidance[row] >= 1 && batch.samples.guidance[row] <= 3);
                sum += batch.samples.guidance[row];
                count++;
            }
        }
        assertEquals(2, sum / count, 4 * 2 * Math.sqrt(1 / 12.0 / count), "uniform: four standard deviations");
    }

    /** Blocks of 6 or 7 rows with trajectories that serve three samples: two or three new noises, each met three times. */
    @Test
    void regressionUsesEachNoiseSeveralTimes() {
        DistillationConfig config = config().images(32 * 200).trajectoryShare(1).trajectorySteps(3).trajectoryUses(3)
                .trajectoryInterval(16).build();
        Batch batch = batch(config);
        Map<List<Float>, Integer> uses = new HashMap<>();
        int steps = (int) config.steps();
        for (int step = 0; step < steps; step++) {
            batch.draw(step);
            assertTrue(batch.isRegression());
            double factors = 0;
            for (int block = 0; block < batch.blocks; block++) {
                int first = batch.firstRow(block);
                int fresh = batch.trajectories.fresh(batch.samples(block));
                assertEquals((batch.samples(block) + 2) / 3, fresh);
                for (int row = first; row < first + batch.samples(block); row++) {
                    uses.merge(seed(batch, row), 1, Integer::sum);
                    assertEquals(schedule.tMin(), batch.s[row]);
                    factors += batch.factor[row];
                    boolean isNew = row < first + fresh;
                    assertTrue(!isNew || step < 2 || uses.get(seed(batch, row)) == 1, "step " + step + ", row " + row);
                }
            }
            assertEquals(1, factors, ROUNDING, "a mean");
        }
        double mean = uses.values().stream().mapToInt(Integer::intValue).average().orElseThrow();
        assertEquals(32.0 * steps / uses.size(), mean, ROUNDING);
        assertTrue(mean > 2 && uses.values().stream().filter(count -> count == 3).count() > uses.size() / 2, "mean " + mean);
        batch.draw(config.steps());
        assertTrue(!batch.isRegression());
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
                double place = (batch.t[batch.bootstrapRow[i]] - lowest) / stratum - i;
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
        Set<List<Float>> seeds = new HashSet<>();
        int rows = 0;
        for (int step = 0; step < 2; step++) {
            batch.draw(step);
            for (int block = 0; block < batch.blocks; block++) {
                for (int i = 0; i < batch.samples(block); i++) {
                    seeds.add(seed(batch, batch.firstRow(block) + i));
                    rows++;
                }
            }
        }
        assertEquals(2 * 32, rows);
        assertEquals(rows, seeds.size());
    }

    private static List<Float> seed(Batch batch, int row) {
        int at = row * Philox.SEED_FLOATS;
        return List.of(batch.samples.seeds[at], batch.samples.seeds[at + 1], batch.samples.seeds[at + 2], batch.samples.seeds[at + 3]);
    }

    @Test
    void stepIsAPureFunction() {
        Batch first = batch(config().build());
        Batch second = batch(config().build());
        first.draw(3);
        second.draw(7);
        second.draw(3);
        assertArrayEquals(first.t, second.t);
        assertArrayEquals(first.samples.seeds, second.samples.seeds);
        assertArrayEquals(first.samples.condition, second.samples.condition);
        assertArrayEquals(first.coefficients, second.coefficients);
    }

    @Test
    void boundaryIsAStepFromPureNoise() {
        Batch batch = batch(config().build());
        batch.draw(LAST);
        for (int i = 0; i < batch.boundarySamples; i++) {
            int row = batch.boundaryRow[i];
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
                    int row = batch.bootstrapRow[i];
                    double c = schedule.step(batch.t[row], batch.s[row]);
                    assertEquals(loss.weight(delta, c), batch.weight[row], ROUNDING * batch.weight[row]);
                    assertGradient(batch, row);
                    bootstrap += batch.factor[row];
                    weights += batch.weight[row];
                }
                double atBoundary = 0;
                for (int i = 0; i < batch.boundarySamples; i++) {
                    assertGradient(batch, batch.boundaryRow[i]);
                    atBoundary += batch.factor[batch.boundaryRow[i]];
                }
                // an atom is part of one mean of w over all 32; a term has a mean of its own, without w, times β
                boolean atom = boundary == Boundary.ATOM;
                boolean hard = boundary == Boundary.HARD; // all 32 samples bootstrap
                double expected = atom ? 6 * loss.weight(delta, 1) / 32 : hard ? 0 : beta;
                assertEquals(weights / (atom || hard ? 32 : 26), bootstrap, ROUNDING * weights, weighting + ", bootstrap");
                assertEquals(expected, atBoundary, ROUNDING * weights, weighting + ", boundary");
            }
        }
    }

    /** A derivative has no δ: a boundary sample weighs as much as another, whatever the weighting is a function of. */
    @ParameterizedTest
    @EnumSource(Weighting.class)
    void boundaryOfADerivativeDoesNotDependOnDelta(Weighting weighting) {
        Batch batch = batch(config().objective(Objective.DERIVATIVE).weighting(weighting).boundary(Boundary.ATOM).build());
        batch.draw(LAST);
        assertEquals(1.0 / 32, batch.factor[batch.boundaryRow[0]], ROUNDING);
    }

    /** After a start on trajectories, δ and the annealed times go the whole way. */
    @Test
    void schedulesSpanTheStepsThatBootstrap() {
        DistillationConfig config = config().trajectoryShare(0.5).timeSampling(TimeSampling.PROGRESSIVE).build();
        Batch batch = batch(config);
        long first = config.regressions();
        assertEquals(config.deltaStart(), batch.delta(first));
        assertEquals(config.deltaEnd(), batch.delta(config.steps() - 1), ROUNDING);
        batch.draw(first);
        assertTrue(batch.t[batch.bootstrapRow[0]] > 0.9 * schedule.tMax(), "t " + batch.t[batch.bootstrapRow[0]]);
    }

    /** The gradient of factor · mean of r². */
    private static void assertGradient(Batch batch, int row) {
        assertEquals((float) (2 * batch.factor[row] / IMAGE_SIZE), coefficient(batch, row, SignalCoefficients.GRADIENT));
    }
}
