package io.bootdistill.matching;

import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import org.jspecify.annotations.Nullable;

/**
 * A network that stays as it is while it is called, made ready for a block of a worker: called without the condition, too, where
 * it is guided, and taken back to the gradient of its states, where asked.
 */
final class FrozenNetwork implements AutoCloseable {

    private final Scope scope = new Scope();
    private final Plan told;
    private final @Nullable Plan free;
    private final int pixels;

    /** The predictions in their outputs, and the gradients by them; null where there are none. */
    private final Tensor output;

    private final @Nullable Tensor freeOutput;
    private final @Nullable Tensor gradient;
    private final @Nullable Tensor freeGradient;

    /**
     * @param model stays the caller's
     * @param shape of a prediction: the first channels of the output, without a variance that is learnt beside it
     */
    FrozenNetwork(Model model, ImageShape shape, int block, boolean isGuided, boolean hasGradient) {
        Plan.Mode mode = hasGradient ? Plan.Mode.INPUT_GRADIENT : Plan.Mode.INFERENCE;
        pixels = shape.pixels();
        try {
            told = scope.own(new Plan(model, block, mode));
            free = isGuided ? scope.own(new Plan(model, block, mode)) : null;
            output = told.y().columns(0, shape.channels());
            freeOutput = free == null ? null : free.y().columns(0, shape.channels());
            gradient = hasGradient ? told.dy().columns(0, shape.channels()) : null;
            freeGradient = hasGradient && free != null ? free.dy().columns(0, shape.channels()) : null;
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /** What it takes, before there is a model. */
    static long bytes(Graph graph, int block, int calls, boolean hasGradient) {
        return calls * (hasGradient ? Plan.inputGradientBytes(graph, block) : Plan.bytes(graph, block));
    }

    /** The plan of its first call. */
    Plan plan() {
        return told;
    }

    /** The output of the last call. */
    Tensor output() {
        return output;
    }

    /** The same without the condition; null where it is not guided. */
    @Nullable Tensor freeOutput() {
        return freeOutput;
    }

    /**
     * Calls it for n states.
     *
     * @param without what is read without the condition; null where it is not guided
     */
    void call(Worker worker, Tensor x, BlockInputs given, @Nullable BlockInputs without, int n) {
        worker.call(told, x, given, n);
        if (free != null) {
            worker.call(free, x, without, n);
        }
    }

    /**
     * Adds Jᵀ v of the last call, times a factor of each sample, to a sum; of the one without the condition likewise.
     *
     * @param v gradient by the prediction, like it
     */
    void addBack(Worker worker, Tensor v, Slice share, Slice freeShare, Tensor sum, int n) {
        addBack(worker, told, gradient, v, share, sum, n);
        if (free != null) {
            addBack(worker, free, freeGradient, v, freeShare, sum, n);
        }
    }

    private void addBack(Worker worker, Plan plan, Tensor dy, Tensor v, Slice share, Tensor sum, int n) {
        if (plan.dy().channels() > dy.channels()) {
            worker.kernels().fill(plan.dy().data(), 0);
        }
        worker.kernels().addScaled(n, pixels, v, share, null, dy);
        plan.backward(worker.kernels(), n);
        worker.kernels().affine((long) n * pixels, plan.dx(), 1, 0, sum, sum);
    }

    @Override
    public void close() {
        scope.close();
    }
}
