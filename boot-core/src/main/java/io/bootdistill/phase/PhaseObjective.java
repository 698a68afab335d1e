package io.bootdistill.phase;

import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.lesson.StepSize;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Plan;
import io.bootdistill.objective.Objective;
import java.util.List;

/**
 * An objective whose student learns, stage by stage, where the phases of its teacher's walks end; see the page of the package. A record
 * from outside that says its stages is one, too.
 */
public interface PhaseObjective extends Objective {

    /**
     * The parts of its lesson, in their order: shares sum to 1, and each round follows the one before. A run needs at least a step for
     * each.
     */
    List<Stage> stages();

    /** How walks are made. */
    Walks walks();

    /** How the errors of noise levels are weighted. */
    SnrWeighting weighting();

    /** Noises that the run knows, with a condition and a scale each; 0: each is new. */
    default int pairs() {
        return 0;
    }

    /** How the elements of an error count. */
    default PixelLoss loss() {
        return PixelLoss.SQUARED;
    }

    /** Along the walk. */
    @Override
    default FewSteps fewSteps() {
        return FewSteps.DDIM;
    }

    /** The phases of a walk in the stage: a step leads from each to the next. */
    @Override
    default int sampledSteps(double done) {
        List<Stage> stages = stages();
        int i = 0;
        for (double end = stages.get(0).share(); i < stages.size() - 1 && done > end; end += stages.get(i).share()) {
            i++;
        }
        return stages.get(i).steps() / stages.get(i).phase();
    }

    @Override
    default void requireFit(NoiseSchedule schedule) {
        for (Stage stage : stages()) {
            for (int i = 1; i < stage.steps(); i++) {
                Checks.that(stage.time(schedule, i) < stage.time(schedule, i - 1), "steps of " + key(), stage.steps(),
                        "at most " + (long) (schedule.networkTime(schedule.tMax()) + 1) + ", the times of the teacher's schedule");
            }
        }
    }

    /** A stage without a step, or more walks than the ring can tell apart. */
    @Override
    default void requireSteps(StepSize size, long steps) {
        stages(new Assignment(0, steps, ResidualWeighting.NONE)).signals(size.blocks(), size.block(), walks());
    }

    private Stages stages(Assignment assignment) {
        return new Stages(key(), stages(), assignment);
    }

    @Override
    default double passes(StepSize size) {
        return stages().stream().mapToDouble(stage -> stage.share() * passes(size, stage)).sum();
    }

    private double passes(StepSize size, Stage stage) {
        int samples = size.blocks().size(0);
        double share = (double) stage.fresh(samples, size.block()) / samples;
        int predictions = walks().solver().callsTwice() ? 2 * stage.steps() - 1 : stage.steps(); // the last step is a prediction
        int calls = predictions * (stage.round() == 0 ? size.predictionCalls() : 1);
        return size.batch() * (3 + (stage.isSupervised() ? 0 : 1) + share * calls);
    }

    /** The ring of recent walks, those of a step, its pairs, and what calls the average and the teacher of later rounds. */
    @Override
    default long bytes(StepSize size, Graph student, int workers) {
        long walks = stages().stream().mapToLong(stage -> {
            return (stage.reach(size.block(), walks().interval()) + 2) * stage.signals(size.blocks(), size.block());
        }).max().orElse(0);
        boolean bootstraps = stages().stream().anyMatch(stage -> !stage.isSupervised());
        int plans = (bootstraps ? 1 : 0) + networks();
        return Float.BYTES * (walks + 2L * size.batch()) * student.network().output().size()
                + (long) plans * workers * Plan.bytes(student, size.block());
    }

    /** The teacher of later rounds. */
    @Override
    default int networks() {
        return stages().stream().anyMatch(stage -> stage.round() > 0) ? 1 : 0;
    }

    @Override
    default Lesson lesson(Classroom room, Assignment assignment) {
        Stages stages = stages(assignment);
        PhaseOptions options = new PhaseOptions(walks(), weighting(), pairs(), loss());
        return new PhaseLesson(room, assignment.weighting(), new PhaseDraws(room, stages, options), options);
    }
}
