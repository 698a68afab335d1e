package io.bootdistill.objective;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Graph;
import io.bootdistill.network.LeadingChannels;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.Plan;
import java.util.Arrays;

/**
 * What {@link Pinn} adds to the gradient of a block: the paths through the teacher and through dy/dt.
 *
 * <p>The loss of a sample is the square of ρ = (1 − c)(y₊ − y₋)/(t₊ − t₋) + c (f(x) − y), x = α y + σ ε, f = a x + b o(x). With
 * g, −∂L/∂ρ times the head's factor, as the loss kernel leaves it, the gradients of the network's outputs are
 *
 * <pre>
 * at t:   c (1 − α a) g − c α b Jᵀ g,   J = ∂o/∂x
 * at t₊: −g (1 − c)/(t₊ − t₋),   at t₋ the opposite
 * </pre>
 */
final class PinnGradient implements AutoCloseable {

    private final int pixels;
    private final Slice[] signalPart;
    private final Slice[] statePart;
    private final Scope scope = new Scope();

    /** Of each worker. */
    private final Plan[] teacher;

    private final Tensor[] g;

    PinnGradient(Classroom room, DerivativeDraws draws, Block[] blocks) {
        signalPart = Arrays.stream(blocks).map(draws::signalPart).toArray(Slice[]::new);
        statePart = Arrays.stream(blocks).map(draws::statePart).toArray(Slice[]::new);
        pixels = room.shape().pixels();
        int workers = room.workers().size();
        teacher = new Plan[workers];
        g = new Tensor[workers];
        Device device = room.student().device();
        try {
            Network prediction = LeadingChannels.of(room.teacher().graph().network(), room.shape().channels());
            Model model = scope.own(new Model(Graph.of(prediction), device, true));
            model.load(room.teacher(), room.teacher().parameters());
            for (int i = 0; i < workers; i++) {
                teacher[i] = scope.own(new Plan(model, room.block(), Plan.Mode.INPUT_GRADIENT));
                long size = (long) room.block() * room.shape().size();
                g[i] = Tensor.of(scope.own(device.allocate(size)).slice(), room.shape().channels());
            }
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /**
     * Turns the gradient of a block's outputs at t that the loss has left, −g, into the whole one. That of samples of the
     * boundary stays. The states of the others are in the worker's teacher.
     */
    void atT(Worker worker, Block block, Tensor dOutput) {
        Kernels kernels = worker.kernels();
        Tensor own = g[worker.index()];
        worker.copy(block.samples(), dOutput, own);
        if (block.bootstrap() > 0) {
            backThroughTeacher(worker, block.atT(), block.bootstrap(), own);
        }
        kernels.addScaled(block.samples(), pixels, own, signalPart[block.index()], null, dOutput);
        if (block.bootstrap() > 0) {
            kernels.addScaled(block.bootstrap(), pixels, teacher[worker.index()].dx(), statePart[block.index()], dOutput, dOutput);
        }
    }

    /** Jᵀ g. */
    private void backThroughTeacher(Worker worker, BlockInputs inputs, int n, Tensor own) {
        Kernels kernels = worker.kernels();
        Plan plan = teacher[worker.index()];
        worker.copy(n, worker.teacher().x(), plan.x());
        kernels.affine(n, inputs.networkTime(), 1, 0, null, plan.scalar(ScalarInputs.TIME));
        worker.condition(plan, inputs, n);
        plan.forward(kernels, n);
        worker.copy(n, own, plan.dy());
        plan.backward(kernels, n);
    }

    /** Writes the gradient of the outputs after t, or with the sign −1 before it. */
    void beside(Worker worker, Block block, Tensor difference, int sign, Tensor dOutput) {
        int n = block.bootstrap();
        worker.kernels().affine(n, difference, -sign, 0, null, worker.numbers());
        worker.kernels().addScaled(n, pixels, g[worker.index()], worker.numbers().data(), null, dOutput);
    }

    @Override
    public void close() {
        scope.close();
    }
}
