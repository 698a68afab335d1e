package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.objective.DrawingRoom.Drawn;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Noise, conditions and guidance scales of the samples of a step. */
@Tag("fast")
class SampleColumnsTest {

    private static final int STEPS = 11;

    private final DrawingRoom room = new DrawingRoom();

    @AfterEach
    void close() {
        room.close();
    }

    private Drawn draws() {
        return room.draws(Bootstrap.defaults(), DrawingRoom.steps(0, STEPS));
    }

    @Test
    void eachSampleDrawsItsScale() {
        room.room.range = new GuidanceRange(1, 3);
        Drawn drawn = draws();
        double sum = 0;
        int count = 0;
        for (int step = 0; step < STEPS; step++) {
            drawn.draw(step);
            float[] scales = drawn.draws.samples.scales();
            float[] given = drawn.column(block -> block.atS().scale().data());
            for (int row = 0; row < DrawingRoom.BATCH; row++) {
                assertEquals(scales[row], drawn.coefficient(row, SignalCoefficients.GUIDANCE));
                assertEquals(scales[row], given[row], "the student is told");
                assertTrue(scales[row] >= 1 && scales[row] <= 3);
                sum += scales[row];
                count++;
            }
        }
        assertEquals(2, sum / count, 4 * 2 * Math.sqrt(1 / 12.0 / count), "uniform: four standard deviations");
    }

    @Test
    void onlyScaleIsThatOfAllSamples() {
        room.room.range = new GuidanceRange(2, 2);
        Drawn drawn = draws();
        drawn.draw(0);
        for (int row = 0; row < DrawingRoom.BATCH; row++) {
            assertEquals(2, drawn.coefficient(row, SignalCoefficients.GUIDANCE));
        }
        assertEquals(null, drawn.blocks[0].atS().scale(), "no student is told");
    }

    @Test
    void seedsAreDistinctOverSteps() {
        Drawn drawn = draws();
        Set<String> seeds = new HashSet<>();
        for (int step = 0; step < 2; step++) {
            drawn.draw(step);
            float[] all = drawn.column(Block::seeds);
            for (int row = 0; row < DrawingRoom.BATCH; row++) {
                seeds.add(Arrays.toString(seed(all, row)));
            }
        }
        assertEquals(2 * DrawingRoom.BATCH, seeds.size());
    }

    static float[] seed(float[] seeds, int row) {
        return Arrays.copyOfRange(seeds, row * Philox.SEED_FLOATS, (row + 1) * Philox.SEED_FLOATS);
    }

    @Test
    void conditionIsTheSources() {
        Drawn drawn = draws();
        drawn.draw(0);
        float[] given = drawn.column(block -> block.atS().condition().data());
        int[] counts = new int[4];
        for (int row = 0; row < DrawingRoom.BATCH; row++) {
            assertEquals(drawn.draws.samples.conditions()[row], given[row]);
            counts[(int) given[row]]++;
        }
        assertTrue(counts[0] > 0 && counts[1] > 0 && counts[2] > 0, Arrays.toString(counts));
    }

    /** A label that is none would read beyond its table. */
    @Test
    void badConditionsAreRefused() {
        for (float bad : new float[] {-1, 4, 1.5f, Float.NaN}) {
            room.room.conditions = (seed, target, at) -> target[at] = bad;
            Drawn drawn = draws();
            String message = assertThrows(IllegalArgumentException.class, () -> drawn.draw(0)).getMessage();
            assertEquals("the ConditionSource drew " + bad + ", must be a label 0 … 3", message);
        }
    }
}
