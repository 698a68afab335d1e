package io.bootdistill.objective;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
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

    BlockLoss(Classroom room, int rows, ResidualWeighting weighting) {
        this.weighting = weighting;
        pixels = room.shape().pixels();
        residual = new float[rows];
        memory = room.student().device().allocate(rows);
    }

    /**
     * Writes the gradient of the plan's output.
     *
     * @param from the block's first row
     * @param coefficients the head, and the factors of the gradient
     * @param x what the signal is made of besides the output
     */
    void run(Worker worker, Plan plan, int from, int n, Slice coefficients, Tensor x, Tensor target) {
        Kernels kernels = worker.kernels();
        Slice squares = memory.slice(from, n);
        kernels.bootstrapLoss(n, pixels, coefficients, x, plan.y(), target, null, plan.dy(), squares);
        if (!weighting.isNone()) {
            Slice divisors = worker.numbers().data();
            kernels.residualDivisors(n, squares, (float) weighting.kappa(), (float) weighting.power(), divisors);
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
