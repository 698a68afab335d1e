package io.bootdistill.phase;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.lesson.StepSize;
import io.bootdistill.objective.Trajectories;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the objectives of this room come to. */
@Tag("fast")
class StagesTest {

    private static final double ROUNDING = 1e-12;

    private static void requireStages(PhaseObjective objective, Stage... expected) {
        List<Stage> found = objective.stages();
        assertEquals(expected.length, found.size(), found.toString());
        for (int i = 0; i < expected.length; i++) {
            Stage e = expected[i];
            assertEquals(e.share(), found.get(i).share(), ROUNDING, objective + " " + i);
            assertEquals(e, new Stage(e.share(), found.get(i).round(), found.get(i).steps(), found.get(i).stride(),
                    found.get(i).phase(), found.get(i).isSupervised(), found.get(i).uses()));
        }
        assertEquals(1, found.stream().mapToDouble(Stage::share).sum(), ROUNDING);
    }

    @Test
    void stagesOfObjectives() {
        requireStages(Direct.defaults(), new Stage(1, 0, 10, 10, 10, true, 4));
        requireStages(Cmt.defaults().withSteps(12, 3), new Stage(1, 0, 12, 1, 4, true, 12));
        requireStages(Progressive.defaults(), new Stage(0.125, 0, 32, 2, 2, true, 16), new Stage(0.125, 1, 16, 2, 2, true, 8),
                new Stage(0.125, 2, 8, 2, 2, true, 4), new Stage(0.25, 3, 4, 2, 2, true, 2), new Stage(0.375, 4, 2, 2, 2, true, 1));
        requireStages(Progressive.defaults().withSteps(24, 6),
                new Stage(0.4, 0, 24, 2, 2, true, 12), new Stage(0.6, 1, 12, 2, 2, true, 6));
        requireStages(Progressive.defaults().withSteps(4, 2), new Stage(1, 0, 4, 2, 2, true, 2));
        requireStages(Consistency.defaults(), new Stage(0.2, 0, 25, 1, 25, true, 16),
                new Stage(0.5 - 0.2, 0, 25, 1, 25, false, 16), new Stage(0.5, 0, 50, 1, 50, false, 16));
        requireStages(Consistency.defaults().withSteps(20, 1).withEnds(5).withSupervised(0.75),
                new Stage(0.5, 0, 10, 1, 2, true, 10), new Stage(0.25, 0, 20, 1, 4, true, 16),
                new Stage(0.25, 0, 20, 1, 4, false, 16));
        requireStages(Consistency.latent(), new Stage(1, 0, 50, 1, 50, false, 16));
        requireStages(Tract.defaults(),
                new Stage(1.0 / 3, 0, 32, 1, 4, false, 16), new Stage(2.0 / 3, 1, 8, 1, 8, false, 8));
        requireStages(Tract.defaults().withSteps(32, 4, 4), new Stage(1, 0, 32, 1, 8, false, 16));
    }

    @Test
    void pointsOfAStage() {
        Stage stage = new Stage(1, 0, 12, 2, 4, true, 1);
        assertEquals(0, stage.start(0));
        assertEquals(10, stage.start(Math.nextDown(1.0)));
        assertEquals(4, stage.start(0.34));
        assertEquals(4, stage.end(0));
        assertEquals(8, stage.end(4));
        assertEquals(12, stage.end(10));
        assertEquals(8, stage.known(6));
        assertEquals(7, new Stage(1, 0, 12, 1, 4, false, 1).known(6));
        FlowSchedule flow = new FlowSchedule();
        assertEquals(0.75, stage.time(flow, 3));
        assertEquals(1, stage.alpha(flow, 12));
        assertEquals(0, stage.sigma(flow, 12));
        assertEquals(1, stage.factor(flow, 0, 4), "from pure noise");
        assertEquals(1, stage.factor(flow, 8, 12), "to the clean sample");
        assertEquals(flow.step(0.75, 0.5), stage.factor(flow, 3, 6));
    }

    @Test
    void stagesHaveTheirStepsOfTheRun() {
        Stages stages = new Stages("test", Progressive.defaults().withSteps(8, 1).stages(),
                new Assignment(100, 16, ResidualWeighting.NONE));
        assertEquals(List.of(106L, 110L), stages.begins());
        assertEquals(List.of(106L, 110L), stages.rounds());
        assertEquals(0, stages.at(105));
        assertEquals(1, stages.at(106));
        assertEquals(2, stages.at(115));
        assertEquals(110, stages.first(2));
        assertEquals(6, stages.steps(2));
        Stages grown = new Stages("test", Consistency.defaults().stages(), new Assignment(0, 30, ResidualWeighting.NONE));
        assertEquals(List.of(6L, 15L), grown.begins());
        assertEquals(List.of(), grown.rounds(), "a grid that grows is of one round");
        assertEquals("number of steps with test is 1, must be more: of its 3 stages, number 1 would have none",
                assertThrows(IllegalArgumentException.class, () -> new Stages(
                        "test", Consistency.defaults().stages(), new Assignment(7, 1, ResidualWeighting.NONE))).getMessage());
    }

    /** As many as the stage's walks have phases. */
    @Test
    void stepsOfASample() {
        assertEquals(1, Direct.defaults().sampledSteps(0));
        assertEquals(1, Cmt.defaults().sampledSteps(0.5));
        assertEquals(5, Cmt.defaults().withSteps(10, 5).sampledSteps(0.5));
        assertEquals(1, Consistency.defaults().sampledSteps(0.9));
        assertEquals(5, Consistency.defaults().withEnds(5).sampledSteps(0.9), "of a grid that grows");
        assertEquals(List.of(8, 8, 1, 1),
                Stream.of(0.0, 0.33, 0.34, 1.0).map(Tract.defaults()::sampledSteps).toList());
        assertEquals(List.of(16, 16, 8, 4, 2, 2, 1, 1),
                Stream.of(0.0, 0.125, 0.126, 0.26, 0.38, 0.625, 0.626, 1.0).map(Progressive.defaults()::sampledSteps).toList());
        assertEquals(1, Trajectories.defaults().sampledSteps(0.5), "students of pure noise");
    }

    /** Known before there is a lesson. */
    @Test
    void lengthsThatDoNotFitAreRefused() {
        StepSize size = new StepSize(64, 16, false, 1, new FlowSchedule());
        requireRefusal("number of steps with consistency is 1, must be more: of its 3 stages, number 1 would have none",
                () -> Consistency.defaults().requireSteps(size, 1));
        Consistency.defaults().requireSteps(size, 30);
        // 1001 signals of 4 walks, of 16 uses at most 10,000 steps apart
        Cmt long1000 = Cmt.defaults().withSteps(1000, 1).withWalks(Walks.defaults().withUses(64, 10_000));
        long kept = 1001 * 4 * 150_001L;
        long1000.requireSteps(size, 1_000_000);
        StepSize large = new StepSize(64 * 4, 16, false, 1, new FlowSchedule());
        requireRefusal("walks of cmt is " + 4 * kept + " signals that are kept, must be of fewer uses, a shorter interval, fewer"
                + " steps or a smaller batch: fewer than 2147483647", () -> long1000.requireSteps(large, 1_000_000));
        long1000.requireSteps(large, 100_000); // a shorter run keeps fewer
    }

    /** By which the times of a sampler are those that were learnt. */
    @Test
    void samplersOfStudents() {
        assertEquals(FewSteps.DDIM, Direct.defaults().fewSteps());
        assertEquals(FewSteps.DDIM, Progressive.defaults().fewSteps());
        assertEquals(FewSteps.DDIM, Tract.defaults().fewSteps());
        assertEquals(FewSteps.RENOISE, Cmt.defaults().fewSteps());
        assertEquals(FewSteps.DDIM, Cmt.defaults().withSteps(10, 5).fewSteps());
        assertEquals(FewSteps.RENOISE, Consistency.defaults().fewSteps());
        assertEquals(FewSteps.DDIM, Consistency.defaults().withEnds(5).fewSteps());
    }

    /** Whatever its steps, as the last grid of the defaults is the sampler's. */
    @Test
    void consistencyLearnsTheTimesOfItsSampler() {
        NoiseSchedule schedule = new FlowSchedule();
        List<Stage> stages = Consistency.defaults().stages();
        Stage last = stages.get(stages.size() - 1);
        List<Double> learnt = IntStream.range(0, last.steps()).mapToObj(i -> last.time(schedule, i)).toList();
        for (int n = 1; n <= FewSteps.RENOISE.most(); n++) {
            for (int i = 0; i < n; i++) {
                assertTrue(learnt.contains(FewSteps.RENOISE.time(schedule, i, n)), "call " + i + " of " + n);
            }
        }
    }

    @Test
    void whatDoesNotDivideIsRefused() {
        requireRefusal("ends of cmt is 3, must be at least 1, and a divisor of steps, 10", () -> Cmt.defaults().withSteps(10, 3));
        requireRefusal("ends of progressive is 3, must be at least 1, and steps, 18, halved once or more",
                () -> Progressive.defaults().withSteps(18, 3));
        requireRefusal("doublings of consistency is 2, must be 0 … 9, and so many that steps, 10, can be halved so often",
                () -> Consistency.defaults().withSteps(10, 2));
        requireRefusal("ends of consistency is 4, must be at least 1, and a divisor of the first steps, 25",
                () -> Consistency.defaults().withEnds(4));
        requireRefusal("middle of tract is 5, must be at least 1, and a divisor of steps, 32, below it",
                () -> Tract.defaults().withSteps(32, 5, 1));
        requireRefusal("ends of tract is 3, must be at least 1, and a divisor of middle, 8",
                () -> Tract.defaults().withSteps(32, 8, 3));
        requireRefusal("phase of a stage is 3, must be at least 1, and a divisor of steps, 8", () -> new Stage(1, 0, 8, 1, 3, true, 1));
        requireRefusal("stride of a stage is 3, must be at least 1, and a divisor of phase, 4",
                () -> new Stage(1, 0, 8, 3, 4, true, 1));
        requireRefusal("stride of a stage is 2, must be 1 where the walk does not say where phases end",
                () -> new Stage(1, 0, 8, 2, 4, false, 1));
        requireRefusal("targetEma of tract is 1.0, must be in [0, 1)", () -> Tract.defaults().withTargetEma(1));
    }

    private static void requireRefusal(String message, Runnable make) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, make::run).getMessage());
    }
}
