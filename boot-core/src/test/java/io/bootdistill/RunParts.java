package io.bootdistill;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.internal.distillation.Trainer;
import io.bootdistill.internal.training.TrainingState;

/** What a run is made of, for tests outside the package of the runs. */
public final class RunParts {

    private final DistillationSetup setup;

    public RunParts(BootDistiller distiller, DistillationConfig config) {
        setup = distiller.setup(config);
    }

    public TrainingState newState() {
        return setup.newState();
    }

    public Trainer newTrainer(TrainingState state) {
        return setup.newTrainer(state, false);
    }
}
