package io.bootdistill.internal.distillation;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import io.bootdistill.objective.Objective;
import java.util.Arrays;

/**
 * What {@link Objective#PINN} adds to the gradient of a block: the paths through the teacher and through dy/dt.
 *
 * <p>The loss of a sample is the square of ρ = (1 − c)(y₊ − y₋)/(t₊ − t₋) + c (f(x) − y), x = α y + σ ε, f = a x + b o(x). With
 * g, −∂L/∂ρ times the head's factor, as the loss kernel leaves it, the gradients of the network's outputs are
 *
 * <pre>
 * at t:   c (1 − α a) g − c α b Jᵀ g,   J = ∂o/∂x
 * at t₊: −g (1 − c)/(t₊ − t₋),   at t₋ the opposite
 * </pre>
 *
 * <p>The divisors at t go from the host to the device within a step.
 */
final class PinnGradient implements AutoCloseable {

    private final ImageShape shape;
    private final Scope scope = new Scope();
    private final Plan teacher;
    private final Gradients unused;
    private final Tensor g;
    private final Slice divisor;
    private final float[] divisors;

    PinnGradient(TeacherModel teacher, Device device, int block) {
        shape = teacher.shape();
        divisors = new float[block];
        try {
            Model model = scope.own(new Model(teacher.model().graph(), device, true));
            model.load(teacher.model(), teacher.model().parameters());
            this.teacher = scope.own(new Plan(model, block, Plan.Mode.TRAINING_WITH_INPUT_GRADIENT));
            unused = scope.own(new Gradients(model));
            DeviceMemory memory = scope.own(device.allocate((long) block * shape.size() + block));
            g = Tensor.of(memory.slice(0, (long) block * shape.size()), shape.channels());
            divisor = memory.slice((long) block * shape.size(), block);
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /**
     * Turns the gradient of a block's outputs at t that the loss has left, −g, into the whole one. That of samples of the
     * boundary stays.
     *
     * @param x the states of the bootstrap samples
     */
    void atT(Kernels kernels, BatchMemory.Block block, Tensor x, Tensor dOutput) {
        int pixels = shape.pixels();
        int n = block.samples();
        int bootstrap = block.bootstrap();
        kernels.affine((long) n * pixels, dOutput, 1, 0, null, g);
        if (bootstrap > 0) {
            kernels.affine((long) bootstrap * pixels, x, 1, 0, null, teacher.x());
            kernels.affine(bootstrap, block.atT().networkTime(), 1, 0, null, teacher.scalar(ScalarInputs.TIME));
            if (teacher.condition() != null) {
                kernels.affine(bootstrap, block.atT().condition(), 1, 0, null, teacher.condition());
            }
            teacher.forward(kernels, bootstrap);
            kernels.affine((long) bootstrap * pixels, g, 1, 0, null, teacher.dy());
            teacher.backward(kernels, bootstrap, unused, false);
        }
        Batch batch = block.batch();
        Arrays.fill(divisors, 1);
        for (int i = 0; i < bootstrap; i++) {
            int k = (block.from() + i) * SignalCoefficients.COUNT;
            double a = batch.coefficients[k + SignalCoefficients.STATE_FACTOR_T];
            divisors[i] = (float) (1 / (c(batch, k) * (1 - alpha(batch, k) * a)));
        }
        divide(kernels, n, g, null, dOutput);
        if (bootstrap > 0) {
            for (int i = 0; i < bootstrap; i++) {
                int k = (block.from() + i) * SignalCoefficients.COUNT;
                double b = batch.coefficients[k + SignalCoefficients.OUTPUT_FACTOR_T];
                divisors[i] = (float) (-1 / (c(batch, k) * alpha(batch, k) * b));
            }
            divide(kernels, bootstrap, teacher.dx(), dOutput, dOutput);
        }
    }

    /** Writes the gradient of the outputs after t, or with the sign −1 before it. */
    void beside(Kernels kernels, BatchMemory.Block block, int sign, Tensor dOutput) {
        kernels.affine(block.bootstrap(), block.difference(), -sign, 0, null, Tensor.of(divisor, 1));
        kernels.divideSamples(block.bootstrap(), shape.pixels(), g, divisor, null, dOutput);
    }

    private void divide(Kernels kernels, int n, Tensor x, Tensor base, Tensor y) {
        kernels.upload(divisors, 0, divisor);
        kernels.divideSamples(n, shape.pixels(), x, divisor, base, y);
    }

    private static double c(Batch batch, int offset) {
        return batch.coefficients[offset + SignalCoefficients.STEP];
    }

    private static double alpha(Batch batch, int offset) {
        return batch.coefficients[offset + SignalCoefficients.ALPHA_T];
    }

    @Override
    public void close() {
        scope.close();
    }
}
