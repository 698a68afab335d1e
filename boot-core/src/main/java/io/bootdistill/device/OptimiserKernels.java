package io.bootdistill.device;

import io.bootdistill.internal.device.AdamStep;

/** The optimiser: a family of {@link Kernels}. Works on ranges of flat arrays, so that workers can share a pass. */
public interface OptimiserKernels {

    /** Chunk length of {@link #squaredNorm}: the unit of its partial sums. */
    int NORM_CHUNK = 1 << 14;

    /**
     * {@code sum[i] = lanes[0][i] + lanes[1][i] + …} for i in [from, to), by the fixed tree ((0+1)+(2+3))+… over the next
     * power of two (missing lanes are left out).
     *
     * @param lanes equally long slices; may include {@code sum}
     */
    void sumLanes(Slice[] lanes, long from, long to, Slice sum);

    /**
     * {@code partial[chunk] = Σ values²} for the chunks [fromChunk, toChunk) of {@link #NORM_CHUNK} values (the last may be
     * shorter); accumulated in float64, stored as float32.
     */
    void squaredNorm(Slice values, long fromChunk, long toChunk, Slice partial);

    /**
     * The global norm ‖g‖ = √(Σ partial), summed in float64 in order, and the factor that limits it: writes
     * {@link AdamStep#NORM} = ‖g‖ and {@link AdamStep#CLIP} = min(1, maxNorm/(‖g‖ + 1e-6)), maxNorm being
     * {@link AdamStep#MAX_NORM}; a maxNorm of 0 or below means no limit. On the device, so that no step waits for the host.
     */
    void clip(Slice partial, long chunks, Slice step);

    /**
     * AdamW with decoupled weight decay and a moving average, for the values [from, to): g·clip is the gradient;
     * m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; θ ← θ·(1 − rate·decay) − rate·(m·correction₁)/(√(v·correction₂) + ε);
     * ema ← ema + emaRate·(θ − ema). θ, m, v and ema are float32 on every device, so that a checkpoint loses nothing.
     *
     * @param step {@link AdamStep#COUNT} values in device memory, so that a recorded step does not replay old ones
     */
    void adamW(Slice step, long from, long to, Slice gradient, Slice parameters, Slice m, Slice v, Slice ema);

    /** {@code target = target + rate·(source − target)} for the values [from, to): a moving average, in float32 everywhere. */
    default void average(long from, long to, Slice source, float rate, Slice target) {
        throw new UnsupportedKernelException(Kernel.AVERAGE);
    }
}
