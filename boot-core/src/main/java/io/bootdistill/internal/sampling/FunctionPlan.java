package io.bootdistill.internal.sampling;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.internal.work.Layout;
import io.bootdistill.network.ImageShape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Calls a user's teacher with arrays on the host. */
final class FunctionPlan implements TeacherPlan {

    private final TeacherModel teacher;
    private final ImageShape shape;
    private final int conditionFloats;
    private final DeviceMemory memory;
    private final Tensor x;
    private final Tensor output;
    private final @Nullable Tensor nullOutput;
    private final float[] rows;
    private final float[] states;
    private final float[] predictions;
    private final double[] times;
    private final float[] conditions;
    private final float nullLabel;

    FunctionPlan(TeacherModel teacher, Device device, int block, @Nullable Guidance guidance) {
        this.teacher = teacher;
        shape = teacher.shape();
        conditionFloats = teacher.condition().floats();
        long size = (long) block * shape.size();
        memory = device.allocate(guidance == null ? 2 * size : 3 * size);
        x = Tensor.of(memory.slice(0, size), shape.channels());
        output = Tensor.of(memory.slice(size, size), shape.channels());
        nullOutput = guidance == null ? null : Tensor.of(memory.slice(2 * size, size), shape.channels());
        nullLabel = guidance == null ? 0 : guidance.nullLabel();
        int halves = guidance == null ? 1 : 2;
        rows = new float[Math.toIntExact(size)];
        states = new float[halves * rows.length];
        predictions = new float[states.length];
        times = new double[halves * block];
        conditions = new float[halves * block * conditionFloats];
    }

    /** f itself. */
    @Override
    public Prediction prediction() {
        return Prediction.SAMPLE;
    }

    @Override
    public Tensor x() {
        return x;
    }

    @Override
    public Tensor output() {
        return output;
    }

    @Override
    public @Nullable Tensor nullOutput() {
        return nullOutput;
    }

    @Override
    public void run(Kernels kernels, int n, BlockInputs inputs) {
        kernels.download(x.data(), rows, 0);
        Layout.toPlanes(n, shape, rows, states);
        System.arraycopy(inputs.times(), inputs.from(), times, 0, n);
        System.arraycopy(inputs.conditions(), inputs.from() * conditionFloats, conditions, 0, n * conditionFloats);
        if (nullOutput == null) {
            teacher.denoiser().predict(n, states, times, conditions, predictions);
            store(kernels, n, output);
            return;
        }
        int half = n * shape.size();
        System.arraycopy(states, 0, states, half, half);
        System.arraycopy(times, 0, times, n, n);
        Arrays.fill(conditions, n, 2 * n, nullLabel);
        teacher.denoiser().predict(2 * n, states, times, conditions, predictions);
        store(kernels, n, output);
        System.arraycopy(predictions, half, predictions, 0, half);
        store(kernels, n, nullOutput);
    }

    @Override
    public boolean staysOnDevice() {
        return false;
    }

    private void store(Kernels kernels, int n, Tensor target) {
        Layout.toRows(n, shape, predictions, rows);
        kernels.upload(rows, 0, target.data());
    }

    @Override
    public void close() {
        memory.close();
    }
}
