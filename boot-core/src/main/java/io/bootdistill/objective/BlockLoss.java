package io.bootdistill.objective;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalLoss;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.work.Blocks;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Plan;

/** The squared error of a network's signals and its gradient, with residual weights; ‖r‖² of each row is kept. */
final class BlockLoss implements AutoCloseable {

    private final int pixels;
    private final ResidualWeighting weighting;
    private final DeviceMemory memory;
    private final float[] residual;

    /** Of each worker and block, and of each block, made when first needed: a step allocates nothing. */
    private final SignalLoss[][] losses;

    private final Slice[] squares;

    BlockLoss(Classroom room, int rows, ResidualWeighting weighting) {
        this.weighting = weighting;
        pixels = room.shape().pixels();
        residual = new float[rows];
        squares = new Slice[Blocks.of(rows, room.block()).count()];
        losses = new SignalLoss[room.workers().size()][squares.length];
        memory = room.student().device().allocate(rows);
    }

    /**
     * Writes the gradient of the student's output. The tensors of a worker and a block are always the same.
     *
     * @param from the block's first row
     * @param coefficients the head, and the factors of the gradient
     * @param x what the signal is made of besides the output
     */
    void run(Worker worker, int block, int from, int n, Slice coefficients, Tensor x, Tensor target) {
        Kernels kernels = worker.kernels();
        Plan plan = worker.student();
        SignalLoss[] own = losses[worker.index()];
        if (own[block] == null) {
            own[block] = new SignalLoss(x, plan.y(), target, null, plan.dy());
            squares[block] = memory.slice(from, n); // a block is one worker's at a time
        }
        kernels.bootstrapLoss(n, pixels, coefficients, own[block], squares[block]);
        if (!weighting.isNone()) {
            Slice divisors = worker.numbers().data();
            kernels.residualDivisors(n, squares[block], (float) weighting.kappa(), (float) weighting.power(), divisors);
            kernels.divideSamples(n, pixels, plan.dy(), divisors, null, plan.dy());
        }
    }

    /** Fetches ‖r‖² of each row; waits for the step. */
    float[] download(Kernels kernels) {
        kernels.download(memory.slice(), residual, 0);
        return residual;
    }

    /** The loss of a row whose share of the sum is a factor. */
    double loss(int row, double factor) {
        return factor * weighting.weight(residual[row]) * residual[row];
    }

    @Override
    public void close() {
        memory.close();
    }
}
