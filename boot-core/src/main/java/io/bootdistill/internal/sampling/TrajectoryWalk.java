package io.bootdistill.internal.sampling;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.internal.sampling.TrajectoryInputs.Stage;
import io.bootdistill.network.ImageShape;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Takes a block of samples from noise along a {@link Trajectory}, in signal space, on one worker. */
public final class TrajectoryWalk implements AutoCloseable {

    private final ImageShape shape;
    private final Trajectory trajectory;
    private final TeacherPlan plan;
    private final Kernels kernels;
    private final DeviceMemory memory;
    private final Tensor y;
    private final Tensor f;

    /** Heun's and the midpoint's prediction of y; the multistep solver's f of every other evaluation. */
    private final Tensor other;

    /** The plan and the kernels stay the caller's; the plan's block is at least {@code block}. */
    public TrajectoryWalk(
            ImageShape shape, Trajectory trajectory, TeacherPlan plan, Kernels kernels, Device device, int block) {
        this.shape = shape;
        this.trajectory = trajectory;
        this.plan = plan;
        this.kernels = kernels;
        long size = (long) block * shape.size();
        memory = device.allocate(3 * size);
        y = Tensor.of(memory.slice(0, size), shape.channels());
        f = Tensor.of(memory.slice(size, size), shape.channels());
        other = Tensor.of(memory.slice(2 * size, size), shape.channels());
    }

    /** The signal; the state is in the plan's x. */
    public Tensor y() {
        return y;
    }

    /**
     * Walks n samples from the first rows of {@code noise}.
     *
     * @param inputs of these samples
     * @param evaluated told the index of each evaluation when its step is done
     */
    public void run(int n, Tensor noise, TrajectoryInputs inputs, IntConsumer evaluated) {
        long count = (long) n * shape.pixels();
        kernels.affine(count, noise, (float) trajectory.start(), 0, null, y);
        kernels.affine(count, noise, 1, 0, null, plan.x());
        for (int i = 0; i < trajectory.evaluations(); i++) {
            Stage first = inputs.first(i);
            Stage second = inputs.second(i);
            plan.run(kernels, n, first.inputs());
            if (trajectory.solver() == Solver.MULTISTEP) {
                boolean extrapolates = trajectory.extrapolation(i) != 0;
                Tensor before = i % 2 == 0 ? other : f;
                step(n, 0, first, noise, extrapolates ? before : null, before == f ? other : f, y);
            } else if (second == null) {
                step(n, 0, first, noise, null, null, y);
            } else if (trajectory.solver() == Solver.HEUN) {
                step(n, 0, first, noise, null, f, other);
                plan.run(kernels, n, second.inputs());
                step(n, 1, second, noise, f, null, y);
            } else { // midpoint
                step(n, 0, first, noise, null, null, other);
                plan.run(kernels, n, second.inputs());
                step(n, 1, second, noise, y, null, y);
            }
            evaluated.accept(i);
        }
    }

    private void step(
            int n, int index, Stage stage, Tensor noise, @Nullable Tensor previous, @Nullable Tensor prediction,
            Tensor target) {
        kernels.signalStep(n, shape.pixels(), index, stage.coefficients(), noise, plan.x(), plan.output(), plan.nullOutput(),
                previous, y, prediction, target, plan.x());
    }

    @Override
    public void close() {
        memory.close();
    }
}
