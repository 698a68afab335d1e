package io.bootdistill.internal.distillation;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.StepSize;
import io.bootdistill.objective.Objective;

/** Whether the phases of a run fit its teacher and, once that is known, its length: refused before there is a folder. */
final class PhaseFit {

    private PhaseFit() {}

    /** @param hasGradient whether the teacher has one */
    static void require(DistillationConfig config, StepSize size, boolean hasGradient) {
        for (int i = 0; i < config.phases().size(); i++) {
            Objective objective = config.phases().get(i).objective();
            objective.requireFit(size.schedule());
            Checks.that(!objective.needsTeacherGradient() || hasGradient, "objective", objective.key(),
                    "one without the teacher's gradient for teachers that are no network, or are clipped");
            long steps = config.length().isTime() ? 0 : config.phaseStart(i + 1) - config.phaseStart(i);
            if (steps > 0) {
                objective.requireSteps(size, steps);
            }
        }
    }
}
