package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.objective.DrawingRoom.Drawn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a step that bootstraps draws: 26 such samples and 6 of the boundary, in five blocks of at most 7. */
@Tag("fast")
class BootstrapDrawsTest {

    private static final int STEPS = 11;
    private static final int LAST = STEPS - 1;
    private static final double ROUNDING = 1e-12;

    private final DrawingRoom room = new DrawingRoom();
    private final NoiseSchedule schedule = room.schedule;

    @AfterEach
    void close() {
        room.close();
    }

    private static Bootstrap objective() {
        return Bootstrap.defaults().withBoundary(new Boundary.Atom(6 / 32.0)).withDelta(delta(DeltaSchedule.GEOMETRIC));
    }

    private static Delta delta(DeltaSchedule schedule) {
        return new Delta(0.2, 0.05, schedule);
    }

    private Drawn draws(Bootstrap objective) {
        return room.draws(objective, DrawingRoom.steps(0, STEPS));
    }

    /** 13 restart: each kind has strata of its own. */
    @Test
    void restartedSamplesLeadTheBlocks() {
        Drawn drawn = draws(objective().withRestartShare(0.5));
        BatchRows rows = drawn.rows;
        assertEquals(13, rows.restartSamples);
        List<Double> starts = new ArrayList<>();
        for (int step : new int[] {0, LAST}) {
            drawn.draw(step);
            float[] networkStart = drawn.column(block -> block.atT().start().data());
            double lowest = schedule.tMin() + drawn.draws.delta(step);
            int seen = 0;
            for (int block = 0; block < rows.blocks.count(); block++) {
                int restarted = rows.restarted(block);
                assertTrue(restarted == 2 || restarted == 3, "block " + block + " has " + restarted);
                for (int i = 0; i < rows.blocks.size(block); i++) {
                    int row = rows.blocks.first(block) + i;
                    double start = networkStart[row] / schedule.networkTime(1);
                    assertEquals(i >= restarted, start == schedule.tMax());
                    if (i < restarted) {
                        assertEquals(row, rows.bootstrapRow[13 + seen]);
                        double stratum = (start - lowest) / 13;
                        assertTrue(start >= lowest - 1e-6 && drawn.t[row] <= start + 1e-6);
                        assertTrue(drawn.t[row] >= lowest + seen * stratum - 1e-6);
                        assertTrue(drawn.t[row] <= lowest + (seen + 1) * stratum + 1e-6);
                        starts.add((start - lowest) / (schedule.tMax() - lowest));
                        seen++;
                    }
                }
            }
            assertEquals(13, seen);
        }
        List<Double> sorted = new ArrayList<>(starts.subList(0, 13));
        sorted.addAll(List.of(0.0, 1.0));
        Collections.sort(sorted);
        for (int i = 0; i < 14; i++) {
            assertTrue(sorted.get(i + 1) - sorted.get(i) < 2.0 / 13, "the starts of a step are spread: " + starts);
        }
    }

    @Test
    void deltaFallsGeometrically() {
        BootstrapDraws draws = draws(objective()).draws;
        assertEquals(0.2, draws.delta(0), ROUNDING);
        assertEquals(0.1, draws.delta(LAST / 2), ROUNDING);
        assertEquals(0.05, draws.delta(LAST), ROUNDING);
        assertEquals(0.2, room.draws(objective(), DrawingRoom.steps(0, 1)).draws.delta(0), ROUNDING, "a run of one step");
    }

    @Test
    void timesAreStratified() {
        Drawn drawn = draws(objective());
        for (int step : new int[] {0, LAST / 2, LAST}) {
            drawn.draw(step);
            float[] networkT = drawn.column(block -> block.atT().networkTime().data());
            float[] networkS = drawn.column(block -> block.atS().networkTime().data());
            double delta = drawn.draws.delta(step);
            double lowest = schedule.tMin() + delta;
            double stratum = (schedule.tMax() - lowest) / drawn.rows.bootstrapSamples;
            for (int i = 0; i < drawn.rows.bootstrapSamples; i++) {
                String where = "step " + step + ", sample " + i;
                int row = drawn.rows.bootstrapRow[i];
                assertTrue(drawn.t[row] >= lowest + i * stratum - ROUNDING, where);
                assertTrue(drawn.t[row] <= lowest + (i + 1) * stratum + ROUNDING, where);
                assertEquals(drawn.t[row] - delta, drawn.s[row], ROUNDING, where);
                assertTrue(drawn.s[row] >= schedule.tMin(), where);
                assertEquals((float) schedule.networkTime(drawn.t[row]), networkT[row], where);
                assertEquals((float) schedule.networkTime(drawn.s[row]), networkS[row], where);
                assertEquals((float) schedule.step(drawn.t[row], drawn.s[row]),
                        drawn.coefficient(row, SignalCoefficients.STEP), where);
            }
        }
    }

    /** The place of each sample's time in [t_min + δ, t_max], 0 … 1. */
    private double[] places(Drawn drawn, long step) {
        drawn.draw(step);
        double lowest = schedule.tMin() + drawn.draws.delta(step);
        double[] places = new double[drawn.rows.bootstrapSamples];
        for (int i = 0; i < places.length; i++) {
            places[i] = (drawn.t[drawn.rows.bootstrapRow[i]] - lowest) / (schedule.tMax() - lowest);
        }
        return places;
    }

    @Test
    void timesAreSpreadWithinTheirStrata() {
        Drawn drawn = draws(objective());
        double sum = 0;
        double squares = 0;
        int count = 0;
        for (int step = 0; step < STEPS; step++) {
            double[] places = places(drawn, step);
            for (int i = 0; i < places.length; i++) {
                double place = places[i] * places.length - i;
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
    void uniformTimesAreIndependent() {
        Drawn drawn = draws(objective().withTimes(TimeSampling.UNIFORM));
        double sum = 0;
        int count = 0;
        boolean leftTheStrata = false;
        for (int step = 0; step < STEPS; step++) {
            double[] places = places(drawn, step);
            for (int i = 0; i < places.length; i++) {
                double u = places[i];
                assertTrue(u >= -ROUNDING && u <= 1, "u is " + u);
                leftTheStrata |= Math.abs(u * places.length - i) > 2;
                sum += u;
                count++;
            }
        }
        assertTrue(leftTheStrata);
        assertEquals(0.5, sum / count, 4 * Math.sqrt(1 / 12.0 / count), "uniform: four standard deviations");
    }

    @Test
    void progressiveTimesFallOverTheRun() {
        Drawn drawn = draws(objective().withTimes(TimeSampling.PROGRESSIVE));
        for (int step = 0; step < STEPS; step++) {
            for (double u : places(drawn, step)) {
                assertTrue(u <= 1 - (double) step / STEPS + ROUNDING && u >= 1 - (step + 1.0) / STEPS - ROUNDING,
                        "step " + step + ": u is " + u);
            }
        }
    }

    @Test
    void relativeStepsAreInProportionToT() {
        Drawn drawn = draws(objective().withDelta(delta(DeltaSchedule.RELATIVE)));
        drawn.draw(0);
        for (int row : drawn.rows.bootstrapRow) {
            double delta = 0.2 * Math.max(drawn.t[row], 0.1);
            assertEquals(Math.max(drawn.t[row] - delta, 0), drawn.s[row], ROUNDING);
        }
        assertEquals(0.02, drawn.t[drawn.rows.bootstrapRow[0]], 0.75 / drawn.rows.bootstrapSamples,
                "the lowest stratum reaches t_min");
    }

    @Test
    void stepIsAPureFunction() {
        Drawn first = draws(objective());
        Drawn second = draws(objective());
        first.draw(3);
        second.draw(7);
        second.draw(3);
        assertArrayEquals(first.t, second.t);
        assertArrayEquals(first.s, second.s);
        assertArrayEquals(first.draws.table.values(), second.draws.table.values(), "seeds, conditions and coefficients");
    }

    @Test
    void boundaryIsAStepFromPureNoise() {
        Drawn drawn = draws(objective());
        drawn.draw(LAST);
        float[] networkT = drawn.column(block -> block.atT().networkTime().data());
        float[] networkS = drawn.column(block -> block.atS().networkTime().data());
        for (int row : drawn.rows.boundaryRow) {
            assertEquals(0.75, drawn.t[row], "t_max");
            assertEquals(0.75, drawn.s[row]);
            assertEquals(3, networkT[row]);
            assertEquals(3, networkS[row]);
            assertEquals(1, drawn.coefficient(row, SignalCoefficients.STEP));
        }
    }

    /** After a start on trajectories, δ and the annealed times go the whole way. */
    @Test
    void schedulesSpanTheStepsThatBootstrap() {
        for (DeltaSchedule falling : new DeltaSchedule[] {DeltaSchedule.GEOMETRIC, DeltaSchedule.RELATIVE}) {
            BootstrapDraws late = room.draws(objective().withDelta(delta(falling)), DrawingRoom.steps(6, 5)).draws;
            assertEquals(0.2, late.delta(6));
            assertEquals(0.1, late.delta(8), ROUNDING);
            assertEquals(0.05, late.delta(10), ROUNDING);
        }
        Drawn annealed = room.draws(objective().withTimes(TimeSampling.PROGRESSIVE), DrawingRoom.steps(6, 5));
        for (int step = 0; step < 5; step++) {
            for (double u : places(annealed, 6 + step)) {
                assertTrue(u <= 1 - step / 5.0 + ROUNDING && u >= 1 - (step + 1) / 5.0 - ROUNDING, "u is " + u);
            }
        }
    }
}
