package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.SignalCoefficients;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a step of regression draws: trajectories that serve three samples, in five blocks of 6 or 7. */
@Tag("fast")
class TrajectoryDrawsTest {

    private static final int STEPS = 200;
    private static final int INTERVAL = 16;
    private static final double ROUNDING = 1e-12;

    private final DrawingRoom room = new DrawingRoom();

    @AfterEach
    void close() {
        room.close();
    }

    private static Trajectories objective() {
        return Trajectories.defaults().withSteps(3).withUses(3, INTERVAL);
    }

    /** Two or three new noises of each block, each met three times; also of a lesson that does not begin the run. */
    @ParameterizedTest
    @ValueSource(longs = {0, 50})
    void regressionUsesEachNoiseSeveralTimes(long start) {
        TrajectoryDraws draws = room.draws(objective(), DrawingRoom.steps(start, STEPS));
        Block[] blocks = draws.open();
        Map<String, Integer> uses = new HashMap<>();
        for (int step = 0; step < STEPS; step++) {
            draws.draw(start + step, room.kernels());
            float[] seeds = room.column(blocks, Block::seeds);
            float[] networkTimes = room.column(blocks, block -> block.atS().networkTime().data());
            float[] coefficients = room.column(blocks, Block::coefficients);
            double factors = 0;
            for (Block block : blocks) {
                int fresh = draws.fresh(block.samples());
                assertEquals((block.samples() + 2) / 3, fresh);
                for (int row = block.from(); row < block.from() + block.samples(); row++) {
                    String seed = Arrays.toString(SampleColumnsTest.seed(seeds, row));
                    uses.merge(seed, 1, Integer::sum);
                    assertEquals((float) room.schedule.networkTime(room.schedule.tMin()), networkTimes[row]);
                    assertEquals((float) (2 * draws.factor(row) / DrawingRoom.IMAGE_SIZE),
                            coefficients[row * SignalCoefficients.COUNT + SignalCoefficients.GRADIENT]);
                    factors += draws.factor(row);
                    boolean isNew = row < block.from() + fresh;
                    assertTrue(!isNew || step < 2 || uses.get(seed) == 1, "step " + step + ", row " + row);
                }
            }
            assertEquals(1, factors, ROUNDING, "a mean");
        }
        double mean = uses.values().stream().mapToInt(Integer::intValue).average().orElseThrow();
        assertEquals(32.0 * STEPS / uses.size(), mean, ROUNDING);
        assertTrue(mean > 2 && uses.values().stream().filter(count -> count == 3).count() > uses.size() / 2, "mean " + mean);
    }

    /** No trajectory is from before the lesson; the first steps spread over those that there are. */
    @Test
    void trajectoriesAreThoseOfTheLesson() {
        TrajectoryDraws draws = room.draws(objective(), DrawingRoom.steps(50, STEPS));
        assertEquals(2 * INTERVAL, draws.history());
        assertEquals(4, room.draws(objective(), DrawingRoom.steps(50, 5)).history(), "no longer than the lesson");
        for (int step = 0; step < STEPS; step++) {
            for (int use = 0; use < 3; use++) {
                long expected = 50 + step - use * Math.min(INTERVAL, step / 3);
                assertEquals(expected, draws.origin(50 + step, use), "step " + step + ", use " + use);
                assertTrue(expected >= 50 && 50 + step - expected <= draws.history());
            }
        }
    }

    @Test
    void timesAreUniformButForTheEnd() {
        double end = 0.4;
        TrajectoryDraws draws = room.draws(objective().withEnd(end), DrawingRoom.steps(0, STEPS));
        double most = room.schedule.tMax();
        int noises = 4000;
        int atEnd = 0;
        double sum = 0;
        for (int noise = 0; noise < noises; noise++) {
            double t = draws.time(noise, noise % 3);
            assertTrue(t >= 0 && t < most, "t is " + t);
            atEnd += t == 0 ? 1 : 0;
            sum += t;
        }
        assertEquals(noises * end, atEnd, 4 * Math.sqrt(noises * end * (1 - end)), "four standard deviations");
        int others = noises - atEnd;
        assertEquals(most / 2, sum / others, 4 * most * Math.sqrt(1 / 12.0 / others), "uniform: four standard deviations");
    }

    /** Those that restart at u weigh 1/c² of the step u → t, as the network's output does. */
    @Test
    void restartedSamplesWeighTheirStep() {
        TrajectoryDraws draws = room.draws(objective().withEnd(0.4).withRestartShare(0.5), DrawingRoom.steps(0, STEPS));
        Block[] blocks = draws.open();
        draws.draw(60, room.kernels());
        float[] starts = room.column(blocks, block -> block.atS().start().data());
        float[] times = room.column(blocks, block -> block.atS().networkTime().data());
        int restarted = 0;
        for (int row = 0; row < DrawingRoom.BATCH; row++) {
            double c = 1;
            if (starts[row] < 3) { // t_max, as the network is given it
                c = -Math.expm1(room.schedule.lambda(times[row] / 4.0) - room.schedule.lambda(starts[row] / 4.0));
                restarted++;
            }
            assertEquals(1 / (c * c * DrawingRoom.BATCH), draws.factor(row), 1e-5 / (c * c), "row " + row + ", c = " + c);
        }
        assertTrue(restarted > 5, "some restart: " + restarted);
    }

    /** No more uses than a block has samples. */
    @Test
    void usesAreLimitedByTheBlock() {
        TrajectoryDraws draws = room.draws(objective().withUses(64, 1), DrawingRoom.steps(0, STEPS));
        assertEquals(DrawingRoom.BLOCK, draws.uses());
        assertEquals(1, draws.fresh(DrawingRoom.BLOCK));
    }
}
