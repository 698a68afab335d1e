package io.bootdistill.objective;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.sampling.TeacherPlans;
import io.bootdistill.internal.work.ConditionInputs;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Learner;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A classroom with one worker and one lane, for the steps of a lesson without an update: what it calculates can be read. */
public class LessonRoom implements Classroom, AutoCloseable {

    private final TeacherModel teacher;
    private final Model student;
    private final Scope scope = new Scope();
    private final Gradients gradients;
    private final Worker worker;

    /** Settings, to be changed before a lesson is made. */
    public Model target;

    public long seed = 6;
    public final int batch;
    public final int block;
    public ConditionSource conditions = ConditionSource.none();
    public GuidanceRange range;
    public Prediction studentOutput;
    public boolean twoTimes;
    public boolean denoiser;
    public int guidanceLabel = -1;
    public boolean moving;
    public double clip;
    public final Map<Model, OnlineLearner> learners = new HashMap<>();

    /**
     * @param student stays the caller's
     * @param guidance null for none
     */
    public LessonRoom(TeacherModel teacher, Model student, int batch, int block, Guidance guidance) {
        this.teacher = teacher;
        this.student = student;
        this.batch = batch;
        this.block = block;
        target = student;
        range = guidance == null ? GuidanceRange.NONE : new GuidanceRange(guidance.scale(), guidance.scale());
        studentOutput = teacher.prediction();
        Device device = student.device();
        worker = scope.own(new Worker(
                0, device.openKernels(), new Plan(student, block, Plan.Mode.TRAINING),
                TeacherPlans.of(teacher, device, block, guidance), device, teacher.shape(),
                called -> (kernels, n, given) -> new ConditionInputs(called, called.network().condition(), null)
                        .write(kernels, 0, n, given)));
        gradients = scope.own(new Gradients(student));
    }

    public Worker worker() {
        return worker;
    }

    public Kernels kernels() {
        return worker.kernels();
    }

    /** Draws, solves and learns all blocks of a step, in the order of the trainer. */
    public Losses run(Lesson lesson, long step) {
        lesson.draw(step, kernels());
        return learn(lesson);
    }

    /** Runs what is drawn. */
    public Losses learn(Lesson lesson) {
        solve(lesson);
        for (int b = 0; b < lesson.blocks(); b++) {
            learn(lesson, b);
        }
        return lesson.losses(kernels());
    }

    /** Solves all blocks of what is drawn. */
    public void solve(Lesson lesson) {
        for (int b = 0; b < lesson.blocks() && lesson.solves(); b++) {
            lesson.solve(worker, b);
        }
        if (lesson.solves()) {
            lesson.between(kernels());
        }
    }

    /** Learns a block of what is drawn and solved; the first overwrites the gradient. */
    public void learn(Lesson lesson, int block) {
        lesson.learn(worker, block, gradients, block > 0);
    }

    /** The gradient of the student, of the last step. */
    public float[] gradient() {
        return values(gradients.flat());
    }

    public Gradients gradients() {
        return gradients;
    }

    public float[] values(Tensor tensor) {
        return values(tensor.data());
    }

    public float[] values(Slice slice) {
        float[] values = new float[Math.toIntExact(slice.length())];
        kernels().download(slice, values, 0);
        return values;
    }

    @Override
    public Learner learner(Model model, OptimiserConfig optimiser, long steps, int blocks) {
        return learners.computeIfAbsent(model, OnlineLearner::new);
    }

    @Override
    public long seed() {
        return seed;
    }

    @Override
    public int batch() {
        return batch;
    }

    @Override
    public int block() {
        return block;
    }

    @Override
    public int lanes() {
        return 1;
    }

    @Override
    public List<Worker> workers() {
        return List.of(worker);
    }

    @Override
    public ImageShape shape() {
        return teacher.shape();
    }

    @Override
    public NoiseSchedule schedule() {
        return teacher.schedule();
    }

    @Override
    public ConditionShape condition() {
        return teacher.condition();
    }

    @Override
    public ConditionSource conditions() {
        return conditions;
    }

    @Override
    public Prediction teacherOutput() {
        return worker.teacher().prediction();
    }

    @Override
    public double clip() {
        return clip;
    }

    @Override
    public GuidanceRange guidance() {
        return range;
    }

    @Override
    public int guidanceLabel() {
        return guidanceLabel;
    }

    @Override
    public Model teacher() {
        return teacher.model();
    }

    @Override
    public boolean isTeacherMoving() {
        return moving;
    }

    @Override
    public Model student() {
        return student;
    }

    @Override
    public Model target() {
        return target;
    }

    @Override
    public Prediction studentOutput() {
        return studentOutput;
    }

    @Override
    public boolean hasTwoTimes() {
        return twoTimes;
    }

    @Override
    public boolean isDenoiser() {
        return denoiser;
    }

    @Override
    public void close() {
        scope.close();
    }
}
