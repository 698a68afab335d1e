package io.bootdistill;

import io.bootdistill.DistillationListener.Progress;
import io.bootdistill.DistillationListener.Quality;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.metric.CollapseAlarm;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Distils a teacher into a one-step student without data, by the BOOT method (arXiv 2306.05544): the student reads pure noise
 * and a time, and learns to be, at each time, where the teacher's Signal-ODE leads from its own prediction a little earlier.
 *
 * <pre>{@code
 * Teacher teacher = Teacher.load(Path.of("teachers/fashion-mnist-16"));
 * Student student = new BootDistiller(teacher).train(DistillationConfig.builder().build());
 * }</pre>
 *
 * <p>In reading order: {@link Trainer} runs steps; {@link Batch} draws times and coefficients; {@link BlockWorker} takes a
 * block of samples from noise to a gradient; {@link Reducer} sums gradients; {@link TrainingState} is what changes;
 * {@link HeldOut} measures; {@link RunFolder} writes. A distiller serves one run at a time.
 */
public final class BootDistiller {

    private static final Logger LOG = LoggerFactory.getLogger(BootDistiller.class);

    private static final Set<List<String>> SCALARS = Set.of(
            List.of("t"), List.of("t", Guidance.SCALAR), List.of("t", Restarts.SCALAR),
            List.of("t", Guidance.SCALAR, Restarts.SCALAR));

    private final Teacher teacher;
    private final Network network;
    private final Device device;
    private ConditionSource conditions;
    private DistillationListener listener = new DistillationListener() {};

    /** Distils a network teacher into a student of the same network that starts from its weights, on the teacher's device. */
    public BootDistiller(Teacher teacher) {
        this(teacher, networkOf(teacher), deviceOf(teacher));
    }

    /** Distils any teacher into a student of the given network, which starts from random weights, on the best device. */
    public BootDistiller(Teacher teacher, Network network) {
        this(teacher, network, deviceOf(teacher));
    }

    /** Distils any teacher into a student of the given network on the given device. */
    public BootDistiller(Teacher teacher, Network network, Device device) {
        Checks.that(network.input().equals(teacher.shape()) && network.output().equals(teacher.shape()),
                "network", network, "for images of the teacher's shape " + teacher.shape());
        Checks.that(network.condition().equals(teacher.condition()), "the network's condition", network.condition(),
                "the teacher's " + teacher.condition());
        Checks.that(!(network.condition() instanceof ConditionShape.Tokens), "the network's condition", network.condition(),
                "none, a label or a vector");
        Checks.that(SCALARS.contains(network.scalars()), "the network's scalar inputs", network.scalars(),
                "[t], with w for a range of guidance, with s for a student of two times");
        if (network instanceof UNet unet) {
            Checks.that(unet.config().timeEmbeddingType() != UNetConfig.TimeEmbeddingType.FOURIER,
                    "time_embedding_type", "fourier", "positional: fourier embeddings divide by the time, which ends at 0");
            Checks.that(unet.config().dropout() == 0, "dropout", unet.config().dropout(),
                    "0 in training; give the student's network without it");
        }
        if (teacher instanceof NetworkTeacher known) {
            Checks.that(known.model().device() == device, "device", device.name(), "that of the teacher");
        }
        this.teacher = teacher;
        this.network = network;
        this.device = device;
    }

    private static Network networkOf(Teacher teacher) {
        if (teacher instanceof NetworkTeacher known) {
            return known.network();
        }
        throw new IllegalArgumentException("the teacher has no network: give the student's, new BootDistiller(teacher, network)");
    }

    private static Device deviceOf(Teacher teacher) {
        return teacher instanceof NetworkTeacher known ? known.model().device() : Devices.best();
    }

    /** Draws conditions from here; by default labels, uniform over the real ones. */
    public BootDistiller conditions(ConditionSource source) {
        conditions = source;
        return this;
    }

    /** Reports to a listener. */
    public BootDistiller listener(DistillationListener listener) {
        this.listener = listener;
        return this;
    }

    /**
     * Runs a distillation. The returned student has the averaged weights; the caller closes it.
     *
     * @throws IOException if the run's folder exists and holds more than another run's {@code reference.safetensors}, which
     *     need not be made again where it fits; or if it cannot be written
     * @throws IllegalArgumentException if the configuration does not fit the teacher
     * @throws TrainingDivergedException if the loss is no longer finite; the last checkpoint is as it was
     */
    public Student train(DistillationConfig config) throws IOException {
        RunFolder folder = config.folder() == null ? null : RunFolder.create(config.folder());
        try (Run run = new Run(config, folder)) {
            run.fitTimeBudget();
            return run.train();
        }
    }

    /**
     * Continues a run from its last checkpoint: the result is, bit for bit, that of a run that was never stopped.
     *
     * @param workers threads; the number may differ from the run's before
     */
    public Student resume(Path path, int workers) throws IOException {
        RunFolder folder = RunFolder.open(path);
        DistillationConfig config = folder.readConfig(DistillationConfig.builder().workers(workers));
        try (Run run = new Run(config, folder)) {
            run.restore();
            return run.train();
        }
    }

    /**
     * The student of a run's last checkpoint, with the averaged weights and, unlike the one in its folder {@code student}, with
     * its time input. Nothing is written; the caller closes it.
     *
     * @param workers threads that sample
     */
    public Student open(Path path, int workers) throws IOException {
        RunFolder folder = RunFolder.open(path);
        try (Run run = new Run(folder.readConfig(DistillationConfig.builder().workers(workers)), folder)) {
            run.restore();
            return run.newStudentOfAverage();
        }
    }

    /** One run. */
    private final class Run implements AutoCloseable {

        private DistillationConfig config;

        /** As it was asked for. */
        private final double correctorShare;

        private final RunFolder folder;
        private final Network network;
        private final Guidance guidance;
        private final int nullLabel;
        private final Prediction prediction;
        private final ConditionSource source;
        private final String teacherKey;
        private final TrainingState state;
        private Student average;
        private HeldOut heldOut;

        Run(DistillationConfig given, RunFolder folder) {
            correctorShare = given.correctorShare();
            config = correctorShare >= 0 ? given
                    : given.toBuilder().correctorShare(teacher instanceof NetworkTeacher ? 0.25 : 0).build();
            this.folder = folder;
            nullLabel = config.nullLabel() >= 0 ? config.nullLabel() : teacher.nullLabel();
            int labels = teacher.condition() instanceof ConditionShape.Label label ? label.count() : 0;
            Checks.that(nullLabel < labels || nullLabel == -1, "nullLabel", nullLabel,
                    labels == 0 ? "-1: the teacher has no labels" : "a label 0 … " + (labels - 1));
            guidance = config.isGuided() ? guidance() : null;
            network = network();
            prediction = prediction();
            if (prediction == Prediction.EPSILON) {
                LOG.info("an ε-prediction teacher: the student's head is y = −F, which the boundary loss has to teach first");
            }
            boolean hasGradient = teacher instanceof NetworkTeacher && clip() == 0 && !isThresholded();
            Checks.that(config.objective() != Objective.PINN || hasGradient, "objective", config.objective(),
                    "BOOTSTRAP or DERIVATIVE for teachers that are no network, or are clipped");
            source = source();
            teacherKey = TeacherKey.of(teacher);
            state = newState();
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
        private Network network() {
            List<String> given = BootDistiller.this.network.scalars();
            Checks.that(!given.contains(Guidance.SCALAR) || config.drawsGuidance(), "guidanceMost", config.guidanceMost(),
                    "above guidance for a student network with the scalar input w");
            Checks.that(!given.contains(Restarts.SCALAR) || config.restartSamples() > 0, "restartShare",
                    config.restartShare(), "above 0 for a student network with the scalar input s");
            Network made = BootDistiller.this.network;
            if (config.drawsGuidance() && !given.contains(Guidance.SCALAR)) {
                made = made.withScalar(Guidance.SCALAR);
            }
            return config.restartSamples() > 0 && !given.contains(Restarts.SCALAR)
                    ? made.withScalar(Restarts.SCALAR) : made;
        }

        private TrainingState newState() {
            TrainingState online = config.correctedSamples() == 0 ? null : new TrainingState(newStudent());
            try {
                return new TrainingState(newStudent(), config.targetEma(), online);
            } catch (RuntimeException | Error e) {
                if (online != null) {
                    online.close();
                }
                throw e;
            }
        }

        private ConditionSource source() {
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

        private Prediction prediction() {
            return teacher instanceof NetworkTeacher known ? known.prediction()
                    : teacher.schedule() instanceof FlowSchedule ? Prediction.FLOW : Prediction.SAMPLE;
        }

        private Model newStudent() {
            Model model = new Model(Graph.of(network), device, true);
            try {
                model.initialize(config.seed());
                if (teacher instanceof NetworkTeacher known && network instanceof UNet unet
                        && known.network().config().equals(unet.config())) {
                    model.adopt(known.model());
                }
            } catch (RuntimeException | Error e) {
                model.close();
                throw e;
            }
            return model;
        }

        private double clip() {
            if (config.clip() >= 0) {
                return config.clip();
            }
            return NetworkTeacher.schedulerClip(teacher);
        }

        private boolean isThresholded() {
            return config.clip() < 0 && NetworkTeacher.schedulerThreshold(teacher) != null;
        }

        private Trainer newTrainer(TrainingState trained) {
            Prediction output = teacher instanceof NetworkTeacher known && !isThresholded() // then it is f itself
                    ? known.prediction() : Prediction.SAMPLE;
            Batch batch = new Batch(config, teacher.schedule(), output, prediction, clip(), source,
                    teacher.condition(), teacher.shape().size());
            CorrectorBatch corrected = config.correctedSamples() == 0 ? null
                    : new CorrectorBatch(config, teacher.schedule(), output, prediction, clip(), source,
                            teacher.condition(), teacher.shape().size(), device);
            return new Trainer(config, teacher, trained, batch, corrected, guidance, clip());
        }

        /** Replaces a time budget by the number of images that fit it, after a few steps on a copy of the student. */
        void fitTimeBudget() throws IOException {
            if (config.timeBudget() != null) {
                try (TrainingState copy = newState();
                        Trainer trainer = newTrainer(copy)) {
                    config = TimeBudget.fit(config, copy, trainer);
                }
            }
            if (folder != null) {
                folder.writeConfig(config.toBuilder().correctorShare(correctorShare).build());
            }
        }

        void restore() throws IOException {
            folder.readCheckpoint(state, teacherKey, "teacher");
            folder.readMetrics(state.step);
        }

        Student train() throws IOException {
            listener.started(config, state.step);
            heldOut = config.heldOut() == 0 ? null : prepareHeldOut();
            average = newAverage();
            boolean returned = false;
            try (Trainer trainer = newTrainer(state)) {
                new TrainingLoop(config.steps(), config.reportImages(), config.checkpointImages(), config.folder(),
                                listener::shouldStop, this::report)
                        .run(state, new Reports(config, state.step), trainer::run);
                average.load(state.student, state.ema());
                returned = true;
                return average;
            } finally {
                if (!returned) {
                    average.close();
                }
            }
        }

        private Student newStudentOfAverage() {
            Student student = newAverage();
            student.load(state.student, state.ema());
            return student;
        }

        private Student newAverage() {
            SchedulerConfig scheduler = teacher instanceof NetworkTeacher known ? known.scheduler() : null;
            Model model = new Model(Graph.of(network), device, false);
            return new Student(
                    model, teacher.schedule(), prediction, nullLabel, config.guidanceRange(), scheduler, config.workers());
        }

        private HeldOut prepareHeldOut() throws IOException {
            HeldOut made = new HeldOut(teacher, config.heldOut(), source, nullLabel);
            String key = teacherKey + " " + config.referenceSteps() + " " + config.guidanceRange().middle() + " " + clip()
                    + (config.negativeLabel() < 0 ? "" : " away from " + config.negativeLabel());
            float[] known = folder == null ? null : folder.readReference(made.noise.length, key);
            if (known == null) {
                known = made.makeReference(teacher, config, guidance, listener);
                if (folder != null) {
                    folder.writeReference(known, teacher.shape(), key);
                }
            }
            made.setReference(known);
            return made;
        }

        private void report(Progress progress, boolean checkpoint) throws IOException {
            listener.progress(progress);
            Quality quality = null;
            if (checkpoint) {
                average.load(state.student, state.ema());
                if (heldOut != null) {
                    quality = heldOut.measure(average, state.step, progress.images());
                    listener.quality(quality);
                    alarm(quality);
                }
            }
            if (folder != null) {
                folder.addMetrics(progress, quality);
                if (checkpoint) {
                    writeCheckpoint(quality);
                }
            }
            if (checkpoint) {
                listener.checkpoint(progress.step(), average);
            }
        }

        private void alarm(Quality quality) {
            if (4 * quality.step() > config.steps()) {
                CollapseAlarm.ofDiversity(quality.leastDiversity()).ifPresent(reason -> {
                    LOG.warn("the student has collapsed by step {}: {}", quality.step(), reason);
                    listener.collapsed(quality, reason);
                });
            }
        }

        private void writeCheckpoint(Quality quality) throws IOException {
            folder.writeCheckpoint(state, teacherKey);
            if (average.isSavable()) {
                average.save(folder.studentFolder());
            }
            if (quality != null && isPicture()) {
                folder.writeGrid(quality, teacher.shape());
            }
        }

        private boolean isPicture() {
            return teacher.shape().channels() == 1 || teacher.shape().channels() == 3;
        }

        @Override
        public void close() {
            state.close();
        }
    }
}
