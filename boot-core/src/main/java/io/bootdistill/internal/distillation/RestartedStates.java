package io.bootdistill.internal.distillation;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Tensor;
import io.bootdistill.network.ImageShape;

/** What a block's samples start from on the device: pure noise, but for the first ones, which {@link Restarts} draws. */
final class RestartedStates implements AutoCloseable {

    private final ImageShape shape;
    private final DeviceMemory memory;

    /** y_u of the restarted samples. */
    private final Tensor y;

    /** The student's input: x_u of the restarted samples, ε of the others. */
    final Tensor x;

    RestartedStates(ImageShape shape, Device device, int block) {
        this.shape = shape;
        long size = (long) block * shape.size();
        memory = device.allocate(2 * size);
        y = Tensor.of(memory.slice(0, size), shape.channels());
        x = Tensor.of(memory.slice(size, size), shape.channels());
    }

    /** Lets all samples start from the noise. */
    void begin(Kernels kernels, int n, Tensor noise) {
        kernels.affine((long) n * shape.pixels(), noise, 1, 0, null, x);
    }

    /** Lets the restarted samples start from the states that the student's output at (ε, t_max → u) leads to. */
    void restart(Kernels kernels, BatchMemory.Restarted block, Tensor noise, Tensor output) {
        kernels.signalState(block.samples(), shape.pixels(), block.coefficients(), noise, output, y, x);
    }

    /** The step of {@link #look}: from the student's output to where signals and states go. */
    SignalStep step(Tensor noise, Tensor output, Tensor signal, Tensor state) {
        return new SignalStep(0, noise, x, output, null, null, y, null, signal, state);
    }

    /** Writes signals and states of the restarted samples at t, from the student's output at (x_u, u → t). */
    void look(Kernels kernels, BatchMemory.Restarted block, SignalStep step) {
        kernels.signalStep(block.samples(), shape.pixels(), block.coefficients(), step);
    }

    /** Subtracts (1 − c(u → s)) y_u from the targets of the restarted samples. */
    void subtract(Kernels kernels, BatchMemory.Restarted block, Tensor target) {
        kernels.divideSamples(block.samples(), shape.pixels(), y, block.divisors(), target, target);
    }

    @Override
    public void close() {
        memory.close();
    }
}
