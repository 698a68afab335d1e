package io.bootdistill;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.internal.distillation.DistillationSetup;
import io.bootdistill.internal.pipeline.Pipeline;
import io.bootdistill.internal.run.TimeBudget;
import io.bootdistill.internal.training.Trainer;
import io.bootdistill.internal.training.TrainingState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a configuration leaves open until a run begins, and what is then written: its length, and on how much it is measured. */
final class Decisions {

    private Decisions() {}

    /**
     * The same with a time budget replaced by a number of images, and with a number of held-out noises.
     *
     * @param pipeline that decodes; null where the teacher makes pixels
     */
    static DistillationSetup of(DistillationSetup asked, @Nullable Pipeline pipeline) {
        DistillationConfig config = asked.config();
        if (!config.length().isTime()) {
            return asked.with(MeasuredNoises.of(asked, pipeline, false).decided(config));
        }
        DistillationSetup provisional = asked.with(withSteps(config, TimeBudget.PROVISIONAL_STEPS));
        return asked.with(fitted(config, cost(provisional, config.length().timeBudget()), MeasuredNoises.of(provisional, pipeline, false)));
    }

    /** With a number of images, and one of noises, for a time budget. */
    static DistillationConfig fitted(DistillationConfig config, TimeBudget.Cost cost, MeasuredNoises noises) {
        long unmeasured = TimeBudget.steps(config.toBuilder().heldOut(0).build(), cost);
        long steps = Math.max(1, Math.round(TimeBudget.SHARE_OF_STEPS * unmeasured));
        int count = noises.decided(withSteps(config, steps)).evaluation().heldOut();
        DistillationConfig measured = config.toBuilder().heldOut(count).build();
        return withSteps(measured, TimeBudget.steps(measured, cost));
    }

    private static DistillationConfig withSteps(DistillationConfig config, long steps) {
        return config.toBuilder().images(steps * config.work().batch()).build();
    }

    private static TimeBudget.Cost cost(DistillationSetup provisional, Duration budget) {
        try (TrainingState copy = provisional.newState();
                Trainer trainer = provisional.newTrainer(copy, false)) {
            return new TimeBudget.Cost(TimeBudget.seconds(trainer, TimeBudget.PROVISIONAL_STEPS, budget), provisional.passes());
        }
    }
}
