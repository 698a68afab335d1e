package io.bootdistill.examples;

import io.bootdistill.HeldOut;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.TrajectoryError;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Limit;
import io.bootdistill.config.Phase;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.examples.ruler.PromptGuidance;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Boundary;
import io.bootdistill.objective.Objective;
import java.util.Arrays;
import java.util.List;

/** The times at which the {@link TrajectoryError} is measured, of students that have learnt them. */
final class TrajectoryTimes {

    private static final int TIMES = 10;

    /** Of prompts, whose networks are larger. */
    private static final int TRAJECTORIES = 8;
    private static final int SOLVER_STEPS = 20;

    private TrajectoryTimes() {}

    /** Whether a run's student has learnt all times from noise alone, of paths that are not limited, without a hard boundary. */
    static boolean areLearnt(DistillationConfig config, Teacher teacher) {
        List<Objective> objectives = config.phases().stream().map(Phase::objective).toList();
        boolean endAlone = objectives.stream().allMatch(Objective::isAtEnd);
        boolean hard = objectives.stream().anyMatch(o -> o instanceof Bootstrap b && b.boundary() instanceof Boundary.Hard);
        boolean limited = config.clip() instanceof Limit.To || config.clip().isOfScheduler() && teacher.isLimited();
        return !endAlone && !hard && !limited && config.fewSteps() == null;
    }

    /** From t_max to t_min. */
    static double[] of(NoiseSchedule schedule) {
        double most = schedule.tMax();
        double least = schedule.tMin();
        double[] times = new double[TIMES + 1];
        Arrays.setAll(times, i -> i == TIMES ? least : most + (least - most) * i / TIMES);
        return times;
    }

    /** The errors of a student of prompts, on the first held-out noises. */
    static double[] errors(Student student, Teacher teacher, PromptGuidance guidance, List<String> prompts) {
        List<String> first = prompts.subList(0, Math.min(prompts.size(), TRAJECTORIES));
        DrawRequest request = guidance.reference(DrawRequest.ofPrompts(first).withSeeds(HeldOut.seeds(first.size())));
        return TrajectoryError.of(student, teacher, request, of(teacher.schedule()), SOLVER_STEPS);
    }
}
