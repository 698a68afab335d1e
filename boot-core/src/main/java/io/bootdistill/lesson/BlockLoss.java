package io.bootdistill.lesson;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.SignalLoss;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.network.Plan;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The squared error of a student's signals and its gradient, with residual weights; ‖r‖² of each row of a step is kept. Workers
 * may run it at the same time, each on a block of its own.
 */
public final class BlockLoss implements AutoCloseable {

    private final int pixels;
    private final ResidualWeighting weighting;
    private final DeviceMemory memory;
    private final float[] residual;

    /** Of each block. */
    private final Slice[] squares;

    /** Of each worker and block, made when first needed: a step allocates nothing. */
    private final @Nullable SignalLoss[][] losses;

    /** @param rows of a step, which are cut into blocks of at most {@link Classroom#block} */
    public BlockLoss(Classroom room, int rows, ResidualWeighting weighting) {
        this.weighting = weighting;
        pixels = room.shape().pixels();
        residual = new float[rows];
        Blocks blocks = Blocks.of(rows, room.block());
        squares = new Slice[blocks.count()];
        losses = new @Nullable SignalLoss[room.workers().size()][squares.length];
        memory = room.student().device().allocate(rows);
        Arrays.setAll(squares, b -> memory.slice(blocks.first(b), blocks.size(b)));
    }

    /**
     * Writes the gradient of the student's output, which the worker's {@link Worker#student} holds. The tensors of a worker and
     * a block are always the same.
     *
     * @param block its index
     * @param n rows of the block
     * @param coefficients [n][{@link SignalCoefficients#COUNT}]: the head, and the factors of the gradient
     * @param x what the signal is made of besides the output
     */
    public void run(Worker worker, int block, int n, Slice coefficients, Tensor x, Tensor target) {
        Kernels kernels = worker.kernels();
        Plan plan = worker.student();
        @Nullable SignalLoss[] own = losses[worker.index()];
        if (own[block] == null) {
            own[block] = new SignalLoss(x, plan.y(), target, null, plan.dy());
        }
        kernels.bootstrapLoss(n, pixels, coefficients, own[block], squares[block]);
        if (!weighting.isNone()) {
            Slice weights = worker.numbers().data();
            kernels.residualWeights(n, squares[block], (float) weighting.kappa(), (float) weighting.power(), weights);
            kernels.addScaled(n, pixels, plan.dy(), weights, null, plan.dy());
        }
    }

    /** Fetches ‖r‖² of each row, the mean over its elements; waits for the step. The array stays this object's. */
    public float[] download(Kernels kernels) {
        kernels.download(memory.slice(), residual, 0);
        return residual;
    }

    /** The loss of a row whose share of the sum is a factor, of what was downloaded last. */
    public double loss(int row, double factor) {
        return factor * weighting.weight(residual[row]) * residual[row];
    }

    @Override
    public void close() {
        memory.close();
    }
}
