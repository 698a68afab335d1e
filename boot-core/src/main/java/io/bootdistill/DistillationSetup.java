package io.bootdistill;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.internal.distillation.Batch;
import io.bootdistill.internal.distillation.CorrectorBatch;
import io.bootdistill.internal.distillation.Restarts;
import io.bootdistill.internal.distillation.Trainer;
import io.bootdistill.internal.run.TimeBudget;
import io.bootdistill.internal.sampling.Head;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.sampling.TeacherPlan;
import io.bootdistill.internal.sampling.TimeFold;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.UNet;
import io.bootdistill.objective.Objective;

/**
 * What a configuration comes to with a teacher: the student's network, its head, guidance, conditions; and what a run is made
 * of. Refuses what does not fit. Weights of the teacher do not matter before a state is made.
 */
final class DistillationSetup {

    final DistillationConfig config;
    final TeacherModel teacher;

    /** That of the middle for a range of scales; null for none. */
    final Guidance guidance;

    final int nullLabel;
    final ConditionSource source;

    /** What the student's output means. */
    final Prediction prediction;

    private final Network network;
    private final Device device;

    /** @param conditions null for the default */
    DistillationSetup(
            DistillationConfig given, TeacherModel teacher, Network network, Device device, ConditionSource conditions) {
        this.teacher = teacher;
        this.device = device;
        config = given.correctorShare() >= 0 ? given
                : given.toBuilder().correctorShare(teacher.isNetwork() ? 0.25 : 0).build();
        nullLabel = config.nullLabel() >= 0 ? config.nullLabel() : teacher.denoiser().nullLabel();
        int labels = teacher.condition() instanceof ConditionShape.Label label ? label.count() : 0;
        Checks.that(nullLabel < labels || nullLabel == -1, "nullLabel", nullLabel,
                labels == 0 ? "-1: the teacher has no labels" : "a label 0 … " + (labels - 1));
        guidance = config.isGuided() ? guidance() : null;
        this.network = network(network);
        prediction = config.restartSamples() > 0 ? Restarts.prediction(teacher.prediction()) : teacher.prediction();
        boolean hasGradient = teacher.isNetwork() && clip() == 0 && !isThresholded();
        Checks.that(config.objective() != Objective.PINN || hasGradient, "objective", config.objective(),
                "BOOTSTRAP or DERIVATIVE for teachers that are no network, or are clipped");
        source = source(conditions);
    }

    /** For a range of scales, that of its middle, with which the student is measured. */
    private Guidance guidance() {
        int away = config.negativeLabel() >= 0 ? config.negativeLabel() : nullLabel;
        Checks.that(away >= 0, "guidance", config.guidance(),
                "1 for a teacher without a null label: set nullLabel, or null_class in its model_index.json");
        Guidance guidance = new Guidance(config.guidanceRange().middle(), away);
        TeacherPlan.requireGuidance(teacher.condition(), guidance);
        return guidance;
    }

    /** The student's network, which is given w where that is drawn, and a second time where samples restart. */
    private Network network(Network given) {
        boolean hasScale = given.scalars().contains(ScalarInputs.GUIDANCE);
        boolean hasTwoTimes = given.scalars().contains(ScalarInputs.TARGET_TIME);
        Checks.that(!hasScale || config.drawsGuidance(), "guidanceMost", config.guidanceMost(),
                "above guidance for a student network with the scalar input w");
        Checks.that(!hasTwoTimes || config.restartSamples() > 0, "restartShare", config.restartShare(),
                "above 0 for a student network with the scalar input s");
        Network made = config.drawsGuidance() && !hasScale ? given.withScalar(ScalarInputs.GUIDANCE) : given;
        return config.restartSamples() > 0 && !hasTwoTimes ? made.withScalar(ScalarInputs.TARGET_TIME) : made;
    }

    /** The state before the first step. */
    TrainingState newState() {
        TrainingState online = config.correctedSamples() == 0 ? null : new TrainingState(newStudent(false));
        try {
            return new TrainingState(newStudent(config.trajectoryShare() == 1 && config.trajectoryEnd() == 1),
                    config.targetEma(), online);
        } catch (RuntimeException | Error e) {
            if (online != null) {
                online.close();
            }
            throw e;
        }
    }

    /**
     * With the teacher's weights, where they fit.
     *
     * @param isAtEnd whether t_min is the only time that it will be asked for: it then reads t_min as the teacher reads t_max,
     *     so that it starts as the teacher's first prediction, f_φ(ε, t_max), but for the {@link Head} of ε-prediction
     */
    private Model newStudent(boolean isAtEnd) {
        Model model = new Model(Graph.of(network), device, true);
        try {
            model.initialize(config.seed());
            if (teacher.isNetwork() && network instanceof UNet unet && teacher.network().config().equals(unet.config())) {
                model.adopt(teacher.model());
                NoiseSchedule schedule = teacher.schedule();
                if (isAtEnd) {
                    TimeFold.shift(model, unet.config(), schedule.networkTime(schedule.tMin()),
                            schedule.networkTime(schedule.tMax()));
                }
            }
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
        return model;
    }

    /** A student without weights yet. */
    Student newAverage() {
        Model model = new Model(Graph.of(network), device, false);
        return new Student(
                model, teacher.schedule(), prediction, nullLabel, config.guidanceRange(), teacher.scheduler(), config.workers());
    }

    /** @param isMoving whether the teacher changes between steps */
    Trainer newTrainer(TrainingState trained, boolean isMoving) {
        Prediction output = teacher.isNetwork() && !isThresholded() ? teacher.prediction() : Prediction.SAMPLE; // f itself
        Batch batch = new Batch(config, teacher.schedule(), output, prediction, clip(), source,
                teacher.condition(), teacher.shape().size());
        CorrectorBatch corrected = config.correctedSamples() == 0 ? null
                : new CorrectorBatch(config, teacher.schedule(), output, prediction, teacher.prediction(), clip(), source,
                        teacher.condition(), teacher.shape().size(), device);
        return new Trainer(config, teacher, isMoving, trained, batch, corrected, guidance);
    }

    private ConditionSource source(ConditionSource conditions) {
        if (conditions != null) {
            return conditions;
        }
        if (teacher.condition() instanceof ConditionShape.Label label) {
            return ConditionSource.labels(label.count(), nullLabel, config.nullProbability());
        }
        Checks.that(teacher.condition() instanceof ConditionShape.None, "the teacher's condition", teacher.condition(),
                "labels, unless conditions(…) says how to draw them");
        return ConditionSource.none();
    }

    /** The limit of the teacher's predictions; 0 for none. */
    double clip() {
        if (config.clip() >= 0) {
            return config.clip();
        }
        return teacher.schedulerClip();
    }

    /** Whether they are thresholded as the teacher's scheduler says, rather than limited. */
    boolean isThresholded() {
        return config.clip() < 0 && teacher.schedulerThreshold() != null;
    }

    /** The same with a time budget replaced by a number of images. */
    DistillationSetup fitTimeBudget() {
        if (config.timeBudget() == null) {
            return this;
        }
        try (TrainingState copy = newState();
                Trainer trainer = newTrainer(copy, false)) {
            return new DistillationSetup(TimeBudget.fit(config, copy, trainer), teacher, network, device, source);
        }
    }
}
