package io.bootdistill.internal.sampling;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.Head;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.work.ConditionInputs;
import io.bootdistill.internal.work.Layout;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A student made ready to sample blocks on one worker: one network call and its head, and for students with two times or that
 * denoise, further calls from the state that the one before has reached. For one thread at a time.
 */
public final class StudentPlan implements AutoCloseable {

    private final StudentModel student;
    private final NoiseSchedule schedule;
    private final Head head;
    private final ImageShape shape;
    private final Kernels kernels;
    private final Plan plan;
    private final Scope scope = new Scope();
    private final Tensor noise;

    /** What the network predicts; its further channels, a variance, say nothing. */
    private final Tensor output;

    private final Tensor y;
    private final CallNumbers numbers;
    private final SignalStep step;
    private final SignalStep lastStep;

    /** Of students that denoise; null for others. */
    private final @Nullable FewStepWalk walk;

    private final float[] rows;
    private final float[] planes;
    private final float[] conditions;
    private final @Nullable Tensor given;
    private final ConditionInputs inputs;
    private final float[] scales;

    /** @param block the most samples of a run */
    public StudentPlan(StudentModel student, int block) {
        this.student = student;
        schedule = student.schedule();
        head = Head.of(student.prediction(), schedule);
        shape = student.shape();
        Model model = student.model();
        long size = (long) block * shape.size();
        try {
            kernels = scope.own(model.device().openKernels());
            plan = scope.own(new Plan(model, block, Plan.Mode.INFERENCE));
            DeviceMemory memory = scope.own(model.device().allocate(2 * size));
            noise = Tensor.of(memory.slice(0, size), shape.channels());
            y = Tensor.of(memory.slice(size, size), shape.channels());
            Slice coefficients = scope.own(model.device().allocate((long) block * SignalCoefficients.COUNT)).slice();
            numbers = new CallNumbers(schedule, plan, kernels, coefficients, block);
            int floats = student.condition().floats();
            given = floats == 0 ? null
                    : Tensor.of(scope.own(model.device().allocate((long) block * floats)).slice(), floats);
            output = plan.y().columns(0, shape.channels());
            walk = !student.isDenoiser() ? null
                    : scope.own(new FewStepWalk(student, plan, kernels, numbers, block, noise, output, y));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
        step = new SignalStep(0, noise, plan.x(), output, null, null, y, null, y, plan.x());
        lastStep = new SignalStep(0, noise, plan.x(), output, null, null, y, null, y, null);
        rows = new float[Math.toIntExact(size)];
        planes = new float[rows.length];
        scales = new float[student.hasScalar(ScalarInputs.GUIDANCE) ? block : 0];
        conditions = new float[Math.multiplyExact(block, student.condition().floats())];
        inputs = new ConditionInputs(plan, student.condition(), null);
    }

    /**
     * Samples the images [from, from + n) of a request that fits the student.
     *
     * @param sampler of a student that denoises; null for others
     * @param times decreasing from t_max: those of the sampler's calls; of others, where the calls lead from and to, two for
     *     students with one time
     * @param samples written from the index {@code at} on, whatever its position
     */
    public void run(
            SampleRequest request, int from, int n, float scale, @Nullable FewSteps sampler, double[] times, FloatBuffer samples,
            int at) {
        request.writeNoise(shape, from, n, planes);
        Layout.toRows(n, shape, planes, rows);
        kernels.upload(rows, 0, noise.data());
        kernels.upload(rows, 0, plan.x().data());
        if (scales.length > 0) {
            Arrays.fill(scales, scale);
            kernels.upload(scales, 0, plan.scalar(ScalarInputs.GUIDANCE).data());
        }
        if (conditions.length > 0) {
            request.writeConditions(student.condition(), from, n, conditions);
            kernels.upload(conditions, 0, given.data());
            inputs.write(kernels, 0, n, given);
        }
        if (sampler != null) {
            walk.run(request, from, n, sampler, times);
        } else {
            advance(n, times);
        }
        kernels.download(y.data(), rows, 0);
        Layout.toPlanes(n, shape, rows, planes);
        samples.put(at, planes, 0, n * shape.size());
    }

    private void advance(int n, double[] times) {
        for (int i = 1; i < times.length; i++) {
            Tensor next = i + 1 < times.length ? plan.x() : null;
            uploadTimes(times[i - 1], times[i]);
            plan.forward(kernels, n);
            if (i == 1) {
                uploadStart(times[i]);
                kernels.signalState(n, shape.pixels(), numbers.coefficients(), noise, output, y, next);
            } else {
                uploadStep(times[i - 1], times[i]);
                kernels.signalStep(n, shape.pixels(), numbers.coefficients(), next == null ? lastStep : step);
            }
        }
    }

    private void uploadTimes(double t, double s) {
        if (student.hasTwoTimes()) {
            numbers.uploadTime(ScalarInputs.TIME, t);
            numbers.uploadTime(ScalarInputs.TARGET_TIME, s);
        } else {
            numbers.uploadTime(ScalarInputs.TIME, student.readsEndAsMin() ? schedule.tMax() : s);
        }
    }

    /** The head, and the state at s. */
    private void uploadStart(double s) {
        numbers.row().head(head).state(schedule.alpha(s), schedule.sigma(s));
        numbers.upload();
    }

    private void uploadStep(double t, double s) {
        numbers.row().solve(schedule, SignalOde.Solver.DDIM, student.prediction(), t, s);
        numbers.upload();
    }

    @Override
    public void close() {
        scope.close();
    }
}
