package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.DistillationConfigBuilder;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.internal.run.TimeBudget;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TimeBudgetTest {

    /** 90 s of 100 s to spend. A step of a second is 64 samples, each 5 passes: 320 passes. */
    private static DistillationConfigBuilder budget() {
        return DistillationConfig.builder().trajectoryShare(0).correctorShare(0)
                .timeBudget(Duration.ofSeconds(100)).batch(64).images(64)
                .solver(SignalOde.Solver.DDIM).boundaryShare(0).heldOut(0);
    }

    @Test
    void stepsFillTheBudget() {
        assertEquals(90, TimeBudget.steps(budget().build(), 1));
        assertEquals(180, TimeBudget.steps(budget().build(), 0.5));
    }

    @Test
    void evaluationsAreTakenOff() {
        // 640 held-out noises: 2 s an evaluation, 10 s the reference; every other step is evaluated, and the last
        DistillationConfig config = budget().heldOut(640).referenceSteps(4).checkpointImages(128).build();
        assertEquals((90 - 10 - 2) / (1 + 1), TimeBudget.steps(config, 1));
        // a step is evaluated at most once
        assertEquals((90 - 10 - 2) / (1 + 2), TimeBudget.steps(config.toBuilder().checkpointImages(16).build(), 1));
        // one reference step is one prediction
        assertEquals((90 - 2 - 2) / (1 + 2), TimeBudget.steps(config.toBuilder().referenceSteps(1).checkpointImages(64).build(), 1));
    }

    @Test
    void timeIsEnoughForWhatIsEvaluated() {
        for (int checkpointImages : new int[] {1, 64, 100, 128, 1000, 100_000}) {
            DistillationConfig config = budget().heldOut(640).referenceSteps(4).checkpointImages(checkpointImages).build();
            long steps = TimeBudget.steps(config, 1);
            Reports reports = new Reports(config, 0);
            long evaluations = 0;
            for (long step = 1; step <= steps; step++) {
                evaluations += step == steps || reports.crossed(step, checkpointImages) ? 1 : 0;
            }
            long needed = 10 + steps + 2 * evaluations;
            assertTrue(needed <= 90, checkpointImages + " images: " + needed + " s");
            assertTrue(needed > 90 - 5, checkpointImages + " images: " + needed + " s leave too much");
        }
    }

    @Test
    void guidedPredictionsCountTwice() {
        // a step of DDIM is 6 passes per sample instead of 5, the reference 10 instead of 5
        DistillationConfig config = budget().heldOut(384).referenceSteps(4).checkpointImages(64).guidance(2).build();
        assertEquals((long) ((90 - 10 - 1) / 2.0), TimeBudget.steps(config, 1));
    }

    @Test
    void solverAndBoundaryCount() {
        // Heun 6 passes, half of the samples at the boundary 4: 5 in the mean
        DistillationConfig config = budget().solver(SignalOde.Solver.HEUN).boundaryShare(0.5)
                .heldOut(320).referenceSteps(4).checkpointImages(64).build();
        assertEquals((90 - 5 - 1) / 2, TimeBudget.steps(config, 1));
    }

    @Test
    void statesThatSamplesRestartFromCount() {
        // half of the samples have a pass more: 352 passes a step
        DistillationConfig config = budget().restartShare(0.5).heldOut(352).referenceSteps(4).checkpointImages(64).build();
        assertEquals((90 - 5 - 1) / 2, TimeBudget.steps(config, 1));
    }

    @Test
    void budgetThatTheEvaluationEatsIsRefused() {
        DistillationConfig config = budget().heldOut(320).referenceSteps(200).build();
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> TimeBudget.steps(config, 1));
        for (String word : new String[] {"timeBudget is PT1M40S", "202 s", "lower heldOut", "raise timeBudget"}) {
            assertTrue(refused.getMessage().contains(word), refused.getMessage() + " should hold " + word);
        }
        assertThrows(IllegalArgumentException.class, () -> TimeBudget.steps(budget().build(), 91), "not even a step");
    }
}
