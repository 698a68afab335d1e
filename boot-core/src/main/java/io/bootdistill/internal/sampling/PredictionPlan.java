package io.bootdistill.internal.sampling;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.diffusion.SignalRow;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.work.Layout;
import io.bootdistill.network.ImageShape;
import org.jspecify.annotations.Nullable;

/** A teacher's network made ready to predict x₀ from states of the host, block by block. For one thread at a time. */
public final class PredictionPlan implements AutoCloseable {

    private final TeacherModel teacher;
    private final ImageShape shape;
    private final int block;
    private final int conditionFloats;
    private final Scope scope = new Scope();
    private final Kernels kernels;
    private final TeacherPlan plan;
    private final BlockInputs inputs;
    private final Slice coefficients;
    private final Tensor y;
    private final Tensor f;
    private final SignalStep step;
    private final SignalRow row = new SignalRow();
    private final float[] rows;
    private final float[] planes;
    private final float[] networkTimes;
    private final float[] conditions;
    private final float[] numbers;

    public PredictionPlan(TeacherModel teacher) {
        this.teacher = teacher;
        shape = teacher.shape();
        block = SampleBlock.of(shape);
        networkTimes = new float[block];
        numbers = new float[block * SignalCoefficients.COUNT];
        conditionFloats = teacher.condition().floats();
        conditions = new float[block * conditionFloats];
        Device device = teacher.device();
        long size = (long) block * shape.size();
        try {
            kernels = scope.own(device.openKernels());
            plan = scope.own(TeacherPlans.of(teacher, device, block, null));
            DeviceMemory given = scope.own(device.allocate((long) block * (1 + conditionFloats)));
            inputs = BlockInputs.in(given.slice(), block, conditionFloats, new double[block], conditions);
            coefficients = scope.own(device.allocate(numbers.length)).slice();
            DeviceMemory memory = scope.own(device.allocate(2 * size));
            y = Tensor.of(memory.slice(0, size), shape.channels());
            f = Tensor.of(memory.slice(size, size), shape.channels());
            step = new SignalStep(0, y, plan.x(), plan.output(), null, null, y, f, y, null);
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
        rows = new float[Math.toIntExact(size)];
        planes = new float[rows.length];
    }

    /** Predicts x₀ for n samples, see {@link io.bootdistill.diffusion.Denoiser#predict}. */
    public void run(int n, float[] x, double[] t, float @Nullable [] condition, float[] target) {
        for (int from = 0; from < n; from += block) {
            runBlock(from, Math.min(block, n - from), x, t, condition, target);
        }
    }

    private void runBlock(int from, int n, float[] x, double[] t, float @Nullable [] condition, float[] target) {
        int size = shape.size();
        System.arraycopy(x, from * size, planes, 0, n * size);
        Layout.toRows(n, shape, planes, rows);
        for (int i = 0; i < n; i++) {
            double time = t[from + i];
            networkTimes[i] = (float) teacher.schedule().networkTime(time);
            inputs.times()[i] = time;
            row.at(numbers, i * SignalCoefficients.COUNT)
                    .solve(teacher.schedule(), SignalOde.Solver.DDIM, plan.prediction(), time, time);
        }
        if (conditionFloats > 0) {
            System.arraycopy(condition, from * conditionFloats, conditions, 0, n * conditionFloats);
        }
        kernels.upload(rows, 0, plan.x().data());
        kernels.upload(numbers, 0, coefficients);
        inputs.upload(kernels, networkTimes);
        plan.run(kernels, n, inputs);
        kernels.signalStep(n, shape.pixels(), coefficients, step);
        kernels.download(f.data(), rows, 0);
        Layout.toPlanes(n, shape, rows, planes);
        System.arraycopy(planes, 0, target, from * size, n * size);
    }

    @Override
    public void close() {
        scope.close();
    }
}
