package io.bootdistill.objective;

import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Plan;
import org.jspecify.annotations.Nullable;

/**
 * What a worker of a {@link BootstrapLesson} needs besides.
 *
 * @param student that makes the targets
 * @param only a step of one evaluation
 * @param predictor the first of two
 * @param corrector the second, whose previous is f_t of Heun's solver, y of the midpoint's
 */
record BootstrapDesk(Plan student, SignalStep only, SignalStep predictor, SignalStep corrector) {

    static BootstrapDesk of(Worker worker, Plan student, Solver solver) {
        Tensor first = solver == Solver.HEUN ? worker.f() : worker.y();
        return new BootstrapDesk(
                student, step(worker), step(worker, 0, null, worker.f(), worker.teacher().x()),
                step(worker, 1, first, null, null));
    }

    /** A step of one evaluation. */
    static SignalStep step(Worker worker) {
        return step(worker, 0, null, null, null);
    }

    private static SignalStep step(
            Worker worker, int stage, @Nullable Tensor previous, @Nullable Tensor f, @Nullable Tensor next) {
        TeacherPlan teacher = worker.teacher();
        return new SignalStep(stage, worker.noise(), teacher.x(), teacher.output(), teacher.nullOutput(), previous, worker.y(), f,
                worker.target(), next);
    }
}
