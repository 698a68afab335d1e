package io.bootdistill.internal.sampling;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalStep;
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
    private final Tensor noise;
    private final DeviceMemory memory;
    private final Tensor y;
    private final Tensor f;

    /** Heun's and the midpoint's prediction of y; the multistep solver's f of every other evaluation. */
    private final Tensor other;

    private final SignalStep only;

    /** Two evaluations of one step: Heun's, or the midpoint's. */
    private final SignalStep predictor;

    private final SignalStep corrector;

    /** The multistep solver's, which keep their f in turns. */
    private final SignalStep[] starts;

    private final SignalStep[] extrapolations;

    /**
     * The plan, the kernels and the noise stay the caller's; the plan's block is at least {@code block}.
     *
     * @param noise what the walks start from, in its first rows
     */
    public TrajectoryWalk(
            ImageShape shape, Trajectory trajectory, TeacherPlan plan, Kernels kernels, Device device, int block,
            Tensor noise) {
        this.shape = shape;
        this.noise = noise;
        this.trajectory = trajectory;
        this.plan = plan;
        this.kernels = kernels;
        long size = (long) block * shape.size();
        memory = device.allocate(3 * size);
        y = Tensor.of(memory.slice(0, size), shape.channels());
        f = Tensor.of(memory.slice(size, size), shape.channels());
        other = Tensor.of(memory.slice(2 * size, size), shape.channels());
        boolean isHeun = trajectory.solver() == Solver.HEUN;
        only = step(0, null, null, y);
        predictor = step(0, null, isHeun ? f : null, other);
        corrector = step(1, isHeun ? f : y, null, y);
        starts = new SignalStep[] {step(0, null, f, y), step(0, null, other, y)};
        extrapolations = new SignalStep[] {step(0, other, f, y), step(0, f, other, y)};
    }

    /** The signal; the state is in the plan's x. */
    public Tensor y() {
        return y;
    }

    /**
     * Walks n samples from the noise.
     *
     * @param inputs of these samples
     * @param evaluated told the index of each evaluation when its step is done
     */
    public void run(int n, TrajectoryInputs inputs, IntConsumer evaluated) {
        long count = (long) n * shape.pixels();
        kernels.affine(count, noise, (float) trajectory.start(), 0, null, y);
        kernels.affine(count, noise, 1, 0, null, plan.x());
        for (int i = 0; i < trajectory.evaluations(); i++) {
            Stage first = inputs.first(i);
            Stage second = inputs.second(i);
            plan.run(kernels, n, first.inputs());
            if (trajectory.solver() == Solver.MULTISTEP) {
                step(n, first, (trajectory.extrapolation(i) == 0 ? starts : extrapolations)[i % 2]);
            } else if (second == null) {
                step(n, first, only);
            } else {
                step(n, first, predictor);
                plan.run(kernels, n, second.inputs());
                step(n, second, corrector);
            }
            evaluated.accept(i);
        }
    }

    private SignalStep step(int stage, @Nullable Tensor previous, @Nullable Tensor prediction, Tensor target) {
        return new SignalStep(
                stage, noise, plan.x(), plan.output(), plan.nullOutput(), previous, y, prediction, target, plan.x());
    }

    private void step(int n, Stage stage, SignalStep step) {
        kernels.signalStep(n, shape.pixels(), stage.coefficients(), step);
    }

    @Override
    public void close() {
        memory.close();
    }
}
