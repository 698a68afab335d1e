package io.bootdistill.diffusion;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A teacher made ready for a block of samples on one worker: the state is written to {@link #x()}, {@link #run} fills
 * {@link #output()} and, where guided, {@link #nullOutput()}. For one thread at a time.
 */
public interface TeacherPlan extends AutoCloseable {

    /** What the teacher's outputs mean; the Signal-ODE kernels convert them. */
    Prediction prediction();

    /** The states, [block][pixel][channel], written before {@link #run}. */
    Tensor x();

    /** The teacher's output, like x. */
    Tensor output();

    /** The output without condition, like x; null where unguided. */
    @Nullable Tensor nullOutput();

    /**
     * Runs the first n samples of a block.
     *
     * @param n 1 … the block's size
     * @param inputs of these samples
     */
    void run(Kernels kernels, int n, BlockInputs inputs);

    /** Whether {@link #run} transfers nothing and depends on nothing on the host, so that it can be captured. */
    boolean staysOnDevice();

    /** Frees its memory. */
    @Override
    void close();
}
