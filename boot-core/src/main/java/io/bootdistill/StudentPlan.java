package io.bootdistill;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Scope;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import java.util.Arrays;

/** A student made ready to sample blocks on one worker: one network call and its head. */
final class StudentPlan implements AutoCloseable {

    private final ImageShape shape;
    private final int block;
    private final Kernels kernels;
    private final Plan plan;
    private final Scope scope = new Scope();
    private final Tensor noise;
    private final Tensor y;
    private final Slice coefficients;
    private final float[] rows;
    private final float[] planes;
    private final float[] conditions;
    private final float[] scales;

    StudentPlan(Model model, Head head, double networkTime, int block) {
        this.block = block;
        shape = model.graph().network().input();
        long size = (long) block * shape.size();
        try {
            kernels = scope.own(model.device().openKernels());
            plan = scope.own(new Plan(model, block, Plan.Mode.INFERENCE));
            DeviceMemory memory = scope.own(model.device().allocate(2 * size));
            noise = Tensor.of(memory.slice(0, size), shape.channels());
            y = Tensor.of(memory.slice(size, size), shape.channels());
            coefficients = scope.own(model.device().allocate((long) block * SignalCoefficients.COUNT)).slice();
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
        rows = new float[Math.toIntExact(size)];
        planes = new float[rows.length];
        scales = new float[model.graph().network().scalars().contains(Guidance.SCALAR) ? block : 0];
        conditions = new float[block * model.graph().network().condition().floats()];
        float[] numbers = new float[block * SignalCoefficients.COUNT];
        float[] times = new float[block];
        for (int i = 0; i < block; i++) {
            numbers[i * SignalCoefficients.COUNT + SignalCoefficients.HEAD_NOISE] = (float) head.noiseFactor();
            numbers[i * SignalCoefficients.COUNT + SignalCoefficients.HEAD_OUTPUT] = (float) head.outputFactor();
            times[i] = (float) networkTime;
        }
        kernels.upload(numbers, 0, coefficients);
        kernels.upload(times, 0, plan.scalar("t").data());
    }

    /** Samples [from, from + n) of the arrays, which are in the order of users. */
    void run(int from, int n, float[] source, float[] condition, float scale, float[] samples) {
        int size = shape.size();
        System.arraycopy(source, from * size, planes, 0, n * size);
        Layout.toRows(n, shape, planes, rows);
        kernels.upload(rows, 0, noise.data());
        kernels.upload(rows, 0, plan.x().data());
        if (scales.length > 0) {
            Arrays.fill(scales, scale);
            kernels.upload(scales, 0, plan.scalar(Guidance.SCALAR).data());
        }
        if (conditions.length > 0) {
            int floats = conditions.length / block;
            System.arraycopy(condition, from * floats, conditions, 0, n * floats);
            kernels.upload(conditions, 0, plan.condition().data());
        }
        plan.forward(kernels, n);
        kernels.signalState(n, shape.pixels(), coefficients, noise, plan.y(), y, null);
        kernels.download(y.data(), rows, 0);
        Layout.toPlanes(n, shape, rows, planes);
        System.arraycopy(planes, 0, samples, from * size, n * size);
    }

    @Override
    public void close() {
        scope.close();
    }
}
