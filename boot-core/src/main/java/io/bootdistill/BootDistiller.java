package io.bootdistill;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.ConditionSource.Prompts;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.distillation.DistillationSetup;
import io.bootdistill.internal.distillation.RunMemory;
import io.bootdistill.internal.pipeline.Enlargement;
import io.bootdistill.internal.pipeline.Pipeline;
import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.internal.run.TeacherKey;
import io.bootdistill.internal.run.Uninterrupted;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.training.Checkpoint.Owner;
import io.bootdistill.internal.training.Checkpoint;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.Reducer;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Network;
import io.bootdistill.objective.Objective;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Distils a teacher into a one-step student without data. By the BOOT method (arXiv 2306.05544), the student reads pure noise
 * and a time, and learns to be, at each time, where the teacher's Signal-ODE leads from its own prediction a little earlier. By
 * default it regresses on the teacher's whole way instead ({@link io.bootdistill.objective.Trajectories}), and a
 * {@link io.bootdistill.matching.Corrector} follows.
 *
 * <pre>{@code
 * Teacher teacher = Teacher.load(Path.of("teachers/fashion-mnist-16"));
 * Student student = new BootDistiller(teacher).train(DistillationConfig.builder().build());
 * }</pre>
 *
 * <p>What a run teaches is a list of phases, each with an {@link Objective}, in the {@link DistillationConfig}. A run ends early,
 * with a checkpoint where it has a folder, when its {@link #handle}, its listener or an interrupt of its thread says so. A
 * distiller serves one run at a time.
 */
public final class BootDistiller {

    private final TeacherModel teacher;
    private final Network network;
    private final Device device;
    private @Nullable ConditionSource conditions;
    private @Nullable StagePictures stage;
    private Reducer reducer = Reducer.LANES;
    private Objective[] objectives = {};
    private RunHandle handle = new RunHandle();
    private DistillationListener listener = new DistillationListener() {};

    /** Distils a network into a student of the same network that starts from its weights, on the teacher's device. */
    public BootDistiller(Teacher teacher) {
        this(Checks.notNull("teacher", teacher), teacher.network());
    }

    /** Distils any teacher into a student of the given network, which starts from random weights, on the best device. */
    public BootDistiller(Denoiser teacher, Network network) {
        this(Checks.notNull("teacher", teacher), network, Teacher.resolve(teacher).device());
    }

    /** Distils any teacher into a student of the given network on the given device. */
    public BootDistiller(Denoiser teacher, Network network, Device device) {
        this.device = Checks.notNull("device", device);
        this.network = Distillable.network(teacher, network);
        this.teacher = Teacher.resolve(teacher);
        Checks.that(!this.teacher.isNetwork() || this.teacher.device() == device, "device", device.name(), "that of the teacher");
    }

    /**
     * Draws conditions from here; by default labels, uniform over the real ones. A teacher that reads prompts needs {@link
     * ConditionSource#prompts}, which it encodes when the run begins.
     */
    public BootDistiller conditions(@Nullable ConditionSource source) {
        conditions = source;
        return this;
    }

    /**
     * Distils a teacher that enlarges, on the pictures of the student of the stage before: 16,384, drawn when
     * the run begins; see {@link #cascade(Student, int)}.
     */
    public BootDistiller cascade(Student before) {
        return cascade(before, StagePictures.USUAL);
    }

    /**
     * Likewise, on so many of its pictures. The student of the run is given, for each sample, one of them, with noise of a level of
     * 0 … {@value io.bootdistill.diffusion.SmallerImages#MOST_LEVEL}, and that level; so is its teacher, at all times.
     *
     * @param before of no conditions, of classes or of prompts, of the shape that the teacher enlarges; not closed before the run
     *     begins. For a run that is to be resumed, one that was loaded from its folder: its weights tell whether it is the same
     * @param pictures 1 … 1,048,576, no fewer than prompts: a run that is resumed needs as many of the same student
     */
    public BootDistiller cascade(Student before, int pictures) {
        stage = new StagePictures(before, pictures);
        return this;
    }

    /** Sums gradients over more than this process; by default those of this one alone. */
    public BootDistiller reducer(Reducer reducer) {
        this.reducer = Checks.notNull("reducer", reducer);
        return this;
    }

    /** An example of each kind of objective that is not of this library, to continue runs with one. */
    public BootDistiller objectives(Objective... examples) {
        objectives = Checks.copy("examples", examples).toArray(Objective[]::new);
        return this;
    }

    /**
     * Lets runs be stopped from outside. They also stop, within a step, by their listener or when their thread is interrupted:
     * it then still is, and the files are written all the same. Before its first step, while it draws pictures of the stage
     * before or reference samples, a handle or an interrupt ends it within one step of these, by a CancellationException.
     */
    public BootDistiller handle(RunHandle handle) {
        this.handle = Checks.notNull("handle", handle);
        return this;
    }

    /** Reports to a listener. */
    public BootDistiller listener(DistillationListener listener) {
        this.listener = Checks.notNull("listener", listener);
        return this;
    }

    /**
     * Runs a distillation. The returned student has the averaged weights; the caller closes it.
     *
     * @throws IOException if the run's folder exists and holds more than another run's {@code reference.safetensors}, which
     *     need not be made again where it fits; or if it cannot be written
     * @throws IllegalArgumentException if the configuration does not fit the teacher, or the run not into the device's memory: with
     *     the sum, item by item, and what would make it less, before anything is allocated
     * @throws TrainingDivergedException if the loss is no longer finite; the last checkpoint is as it was
     * @throws CancellationException if it is stopped before its first step, while pictures of the stage before or reference
     *     samples are drawn
     */
    public Student train(DistillationConfig config) throws IOException {
        Path path = Checks.notNull("config", config).output().folder();
        RunFolder folder = path == null ? null : RunFolder.plan(path);
        try (Scope scope = new Scope()) {
            scope.own(Teacher.use(teacher));
            StagePictures.require(stage, network, enlargement(), conditions);
            RunMemory.require(config, teacher, network, device, EncodedPrompts.rows(conditions));
            DistillationSetup setup = Decisions.of(drawn(config, encoded(scope, conditions), conditions), pipeline());
            if (folder != null) {
                scope.own(folder.make());
                if (conditions instanceof Prompts prompts) {
                    folder.writePrompts(prompts);
                }
            }
            String json = setup.config().toJson();
            TrainingRun<Student> run = scope.own(newRun(setup, folder, owner(conditions, RunFolder.configKey(json))));
            run.found(json);
            return run.train(handle);
        }
    }

    /** The teacher of a run: where it reads prompts, with these in a table. */
    private TeacherModel encoded(Scope scope, @Nullable ConditionSource source) {
        EncodedPrompts.require(source, pipeline(), teacher);
        return source instanceof Prompts prompts ? EncodedPrompts.of(prompts, pipeline(), teacher, scope) : teacher;
    }

    private @Nullable Enlargement enlargement() {
        return pipeline() != null ? pipeline().enlargement() : Enlargement.of(network, teacher.scheduler());
    }

    /** What a configuration comes to before pictures of the stage before are drawn: it draws no conditions. */
    private DistillationSetup undrawn(DistillationConfig config, TeacherModel encoded, @Nullable ConditionSource given) {
        return setup(config, encoded, given == null && stage != null ? ConditionSource.none() : given);
    }

    /** Likewise, with pictures of the stage before, once nothing else is refused. */
    private DistillationSetup drawn(DistillationConfig config, TeacherModel encoded, @Nullable ConditionSource given) {
        DistillationSetup undrawn = undrawn(config, encoded, given);
        return stage == null ? undrawn : setup(config, encoded, stage.source(
                given instanceof Prompts prompts ? prompts : null, enlargement().conditioning(network.input()),
                (ConditionShape.Parts) encoded.condition(), config.seed(), this::report));
    }

    /** Tells how many pictures of the stage before there are, and draws no more where the run is to stop. */
    private void report(int done, int total) {
        Notifications.tell("preparing", () -> listener.preparing(done, total));
        if (done > 0 && done < total && (TrainingRun.isStopped(handle) || Notifications.ask(listener::shouldStop))) {
            throw new CancellationException("stopped before the first step");
        }
    }

    /** What stands beside the teacher's network; null for a teacher of pixels. */
    private @Nullable Pipeline pipeline() {
        return teacher.denoiser() instanceof Teacher its ? its.pipeline() : null;
    }

    /**
     * Bytes of the device's memory that a run would take, besides the teacher. Nothing is encoded, drawn or written, so that this
     * tells soon whether a configuration fits.
     *
     * @throws IllegalArgumentException if the configuration does not fit the teacher, as of {@link #train}, whatever the memory
     */
    public long bytes(DistillationConfig config) {
        Checks.notNull("config", config);
        StagePictures.require(stage, network, enlargement(), conditions);
        EncodedPrompts.require(conditions, pipeline(), teacher);
        try (Scope scope = new Scope()) {
            ConditionSource source = conditions instanceof Prompts given ? EncodedPrompts.inPlaceOf(given)
                    : conditions == null && stage != null ? ConditionSource.none() : conditions;
            setup(config, source instanceof Prompts few ? EncodedPrompts.blank(few, teacher, scope) : teacher, source);
        }
        return RunMemory.needed(config, teacher, network, device, EncodedPrompts.rows(conditions));
    }

    /**
     * Continues a run from its last checkpoint: the result is, bit for bit, that of a run that was never stopped. A run of prompts
     * goes on with its own, where {@link #conditions} gave none.
     *
     * @param workers threads; the number may differ from the run's before
     */
    public Student resume(Path path, int workers) throws IOException {
        RunFolder folder = RunFolder.open(Checks.notNull("path", path));
        try (Scope scope = new Scope()) {
            scope.own(folder.lock());
            scope.own(Teacher.use(teacher));
            ConditionSource source = conditions == null ? folder.readPrompts() : conditions;
            DistillationConfig config = read(folder, workers);
            StagePictures.require(stage, network, enlargement(), source);
            RunMemory.require(config, teacher, network, device, EncodedPrompts.rows(source));
            Owner owner = requiredOwner(source, folder);
            TrainingRun<Student> run = scope.own(newRun(drawn(config, encoded(scope, source), source), folder, owner));
            run.restore("", owner, folder);
            return run.train(handle);
        }
    }

    /**
     * The student of a run's last checkpoint, with the averaged weights and, unlike the one in its folder {@code student}, with
     * its time input. Nothing is written; the caller closes it.
     *
     * @param workers threads that sample
     */
    public Student open(Path path, int workers) throws IOException {
        RunFolder folder = RunFolder.open(Checks.notNull("path", path));
        folder.requireCheckpoint();
        ConditionSource source = conditions == null ? folder.readPrompts() : conditions;
        StagePictures.require(stage, network, enlargement(), source);
        DistillationConfig config = read(folder, workers);
        try (Scope scope = new Scope()) {
            scope.own(Teacher.use(teacher));
            Owner owner = requiredOwner(source, folder);
            TrainingRun<Student> run = scope.own(newRun(undrawn(config, encoded(scope, source), source), folder, owner));
            run.restoreWeights("", owner, folder);
            return run.finish();
        }
    }

    /** What a configuration comes to. */
    DistillationSetup setup(DistillationConfig config) {
        return setup(config, teacher, conditions);
    }

    private DistillationSetup setup(DistillationConfig config, TeacherModel encoded, @Nullable ConditionSource source) {
        return new DistillationSetup(config, encoded, network, device, source, reducer);
    }

    /** That of a run that goes on. */
    private DistillationConfig read(RunFolder folder, int workers) throws IOException {
        return Uninterrupted.call(() -> folder.readDistillation(workers, objectives));
    }

    /** What states of a run belong to: its teacher, the prompts where there are some, the stage before where there is one. */
    private Owner owner(@Nullable ConditionSource source, String config) {
        String key = TeacherKey.of(teacher) + (stage == null ? "" : " " + stage.key(enlargement()));
        String origin = stage != null ? "teacher or stage before" : source instanceof Prompts ? "teacher or list of prompts" : "teacher";
        return new Owner(source instanceof Prompts prompts ? key + " " + prompts.key() : key, origin, config);
    }

    /** That of a run which goes on: it is refused for another before its prompts are encoded. */
    private Owner requiredOwner(@Nullable ConditionSource source, RunFolder folder) throws IOException {
        Owner owner = owner(source, folder.configKey());
        if (folder.hasCheckpoint()) {
            Uninterrupted.run(() -> Checkpoint.requireOwner(folder.checkpoint(), owner));
        }
        return owner;
    }

    private TrainingRun<Student> newRun(DistillationSetup setup, @Nullable RunFolder folder, Owner owner) {
        DistillationConfig config = setup.config();
        return new TrainingRun<>(new StudentPupil(setup, pipeline(), folder, owner.teacher(), listener), config.steps(),
                config.work().batch(), config.output(), folder, owner);
    }
}
