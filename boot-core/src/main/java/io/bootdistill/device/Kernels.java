package io.bootdistill.device;

/**
 * The operations of a device, in one execution context: calls are carried out in order, a context serves one thread at a
 * time, and contexts of one device may share memory as long as no range is written by one and used by another at the same
 * time. The package page holds the conventions that all operations share.
 *
 * <p>Every operation refuses operands that are too short or of other channels ({@link IllegalArgumentException}) and
 * closed memory ({@link IllegalStateException}) before it touches anything.
 */
public interface Kernels extends AutoCloseable {

    // ---- transfers

    /** Copies {@code source[from … from + target.length())} to the device, values in order. */
    void upload(float[] source, int from, Slice target);

    /** Copies a slice to {@code target[from …)}. Waits for what was called before. */
    void download(Slice source, float[] target, int from);

    /** {@code target = value} everywhere. */
    void fill(Slice target, float value);

    /** {@code y = base + factor·x + offset}; x may be y, {@code base} may be null, y, or another. Also copies and adds. */
    void affine(long rows, Tensor x, float factor, float offset, Tensor base, Tensor y);

    // ---- weights

    /**
     * Floats of {@link Weights#prepared()} for a convolution; 0 where the device needs none.
     *
     * @param gradient whether {@link #convBackwardInput} will be called, too
     */
    long preparedLength(Conv conv, boolean gradient);

    /** Floats of {@link Weights#prepared()} for a linear layer. */
    long preparedLength(Linear linear, boolean gradient);

    /** Derives {@code weights.prepared()} from {@code weights.values()}: to be called after each change of the values. */
    void prepare(Conv conv, Weights weights, boolean gradient);

    /** Derives {@code weights.prepared()} from {@code weights.values()}. */
    void prepare(Linear linear, Weights weights, boolean gradient);

    // ---- convolution 3×3

    /**
     * {@code y = conv(x) + bias + shift + residual}.
     *
     * @param bias may be null
     * @param shift one row per sample, added to all of its pixels (the time shift); may be null
     * @param residual of the shape of y; may be null
     */
    void convForward(int n, Conv conv, Tensor x, Weights weights, Slice bias, Tensor shift, Tensor residual, Tensor y);

    /** {@code dx = base + convᵀ(dy)}. */
    void convBackwardInput(int n, Conv conv, Tensor dy, Weights weights, Tensor base, Tensor dx);

    /**
     * Gradients of weights, bias and time shift.
     *
     * @param dShift one row per sample, the sum of dy over its pixels, overwritten; may be null
     */
    void convBackwardWeights(
            int n, Conv conv, Tensor x, Tensor dy, Slice dWeights, Slice dBias, Tensor dShift, boolean accumulate);

    // ---- linear

    /** {@code y = x·W + bias + residual}; {@code bias} and {@code residual} may be null. */
    void linearForward(long rows, Linear linear, Tensor x, Weights weights, Slice bias, Tensor residual, Tensor y);

    /** {@code dx = base + dy·Wᵀ}. */
    void linearBackwardInput(long rows, Linear linear, Tensor dy, Weights weights, Tensor base, Tensor dx);

    /** Gradients of weights and bias; {@code dBias} may be null. */
    void linearBackwardWeights(
            long rows, Linear linear, Tensor x, Tensor dy, Slice dWeights, Slice dBias, boolean accumulate);

    // ---- normalisation and activation

    /**
     * x̂ = (x − mean)/√(variance + ε) per sample and group, z = x̂·gamma + beta, then z·(1 + scale) + shift where scale and
     * shift are given, then SiLU where the shape says so.
     *
     * @param scale one row per sample, with {@code shift}; both null or both given
     * @param statistics written: n × {@link GroupNorm#statistics()}
     */
    void groupNormForward(
            int n, GroupNorm norm, Tensor x, Slice gamma, Slice beta, Tensor scale, Tensor shift, Slice statistics, Tensor y);

    /**
     * Backward of {@link #groupNormForward}, which is recomputed from x and the statistics.
     *
     * @param dScale one row per sample, overwritten, with {@code dShift}; null where scale is null
     */
    void groupNormBackward(
            int n, GroupNorm norm, Tensor x, Slice gamma, Slice beta, Tensor scale, Tensor shift, Slice statistics,
            Tensor dy, Tensor base, Tensor dx, Slice dGamma, Slice dBeta, Tensor dScale, Tensor dShift, boolean accumulate);

    /**
     * Forward mode of {@link #groupNormForward}: the derivative of y along the tangents of x, scale and shift. It is recomputed
     * from x and the statistics.
     *
     * @param scaleTangent one row per sample, with {@code shiftTangent}; null where scale is null
     * @param yTangent overwritten
     */
    void groupNormTangent(
            int n, GroupNorm norm, Tensor x, Slice gamma, Slice beta, Tensor scale, Tensor shift, Slice statistics,
            Tensor xTangent, Tensor scaleTangent, Tensor shiftTangent, Tensor yTangent);

    /** {@code y = x·sigmoid(x)}. */
    void siluForward(long rows, Tensor x, Tensor y);

    /** {@code dx = base + dy·silu'(x)}; with a tangent for dy, its forward mode. */
    void siluBackward(long rows, Tensor x, Tensor dy, Tensor base, Tensor dx);

    // ---- attention

    /**
     * Attention; q and y have n·queries rows, k and v n·keys.
     *
     * @param mask added to the scores before the softmax: [n][keys], 0 or −∞ or between; may be null; no row of it may be
     *     −∞ throughout
     * @param logSumExp written: n × {@link Attention#statistics()}
     */
    void attentionForward(
            int n, Attention attention, Tensor q, Tensor k, Tensor v, Slice mask, Tensor y, Slice logSumExp);

    /** Gradients of q, k and v, overwritten. */
    void attentionBackward(
            int n, Attention attention, Tensor q, Tensor k, Tensor v, Slice mask, Tensor y, Slice logSumExp,
            Tensor dy, Tensor dq, Tensor dk, Tensor dv);

    /** Forward mode of {@link #attentionForward}: the derivative of y along the tangents of q, k and v, overwritten. */
    void attentionTangent(
            int n, Attention attention, Tensor q, Tensor k, Tensor v, Slice mask, Tensor y, Slice logSumExp,
            Tensor qTangent, Tensor kTangent, Tensor vTangent, Tensor yTangent);

    // ---- size changes; height and width are those of the small image

    /** Nearest-neighbour doubling: y(2i + a, 2j + b) = x(i, j). */
    void upsampleForward(int n, int height, int width, Tensor x, Tensor y);

    /** {@code dx = base + sum of the four dy}. */
    void upsampleBackward(int n, int height, int width, Tensor dy, Tensor base, Tensor dx);

    /** Halving by the mean of 2×2 pixels. */
    void downsampleForward(int n, int height, int width, Tensor x, Tensor y);

    /** {@code dx = base + dy/4}. */
    void downsampleBackward(int n, int height, int width, Tensor dy, Tensor base, Tensor dx);

    // ---- embeddings

    /** Sinusoidal embedding of n scalars. */
    void timeEmbedding(int n, TimeEmbedding embedding, Slice t, Slice frequencies, Tensor y);

    /** Forward mode of {@link #timeEmbedding}: the derivative of y along the tangents of the scalars, overwritten. */
    void timeEmbeddingTangent(
            int n, TimeEmbedding embedding, Slice t, Slice frequencies, Slice tTangent, Tensor yTangent);

    /** {@code y = x + table[label]}, table [rows][channels]; {@code x} may be null or y. */
    void embeddingForward(int n, int tableRows, Slice labels, Slice table, Tensor x, Tensor y);

    /** {@code dTable[label] += dy} in the order of the samples; overwritten with zeros first unless accumulating. */
    void embeddingBackward(int n, int tableRows, Slice labels, Tensor dy, Slice dTable, boolean accumulate);

    /** {@code y = base + x/divisor[sample]} (its own backward, with dy for x); {@code base} may be null. */
    void divideSamples(int n, int pixels, Tensor x, Slice divisor, Tensor base, Tensor y);

    // ---- the method: one call per block, coefficients per sample

    /**
     * Standard normal noise by Philox 4×32-10 (see {@link Philox}): sample i is drawn with {@code seeds[i]}, element e in
     * the order channel, row, column. The same bits on every device.
     *
     * @param seeds [n][{@link Philox#SEED_FLOATS}], each by {@link Philox#writeSeed}
     */
    void noise(int n, int pixels, Slice seeds, int draw, Tensor y);

    /**
     * Signal and state from the student's output: {@code y = headNoise·ε + headOutput·F}, {@code x = α·y + σ·ε}.
     *
     * @param coefficients [n][{@link SignalCoefficients#COUNT}]
     * @param y may be null where only the state is wanted
     * @param x may be null where only the signal is wanted
     */
    void signalState(int n, int pixels, Slice coefficients, Tensor noise, Tensor output, Tensor y, Tensor x);

    /**
     * One Signal-ODE step: the teacher's output to its prediction of x₀, guidance, clipping, and
     * {@code f̄ = previous + mean·(f − previous)} where {@code previous} is given (Heun: mean = ½), then
     * {@code target = y + c·(f̄ − y)} and the next state {@code next = α_s·target + σ_s·ε}.
     *
     * <p>f = stateFactor·x + outputFactor·o; with {@code nullOutput} ∅: f = f(∅) + w·(f(o) − f(∅)); then, where
     * {@link SignalCoefficients#CLIP} is positive, f is limited to ± that.
     *
     * @param stage 0 uses the factors of t, 1 those of s (Heun's second evaluation)
     * @param nullOutput the teacher's output without condition; null where unguided
     * @param previous f of the first evaluation; may be null
     * @param f written; may be null
     * @param target written; may be y
     * @param next written; may be null, may be x
     */
    void signalStep(
            int n, int pixels, int stage, Slice coefficients, Tensor noise, Tensor x, Tensor output, Tensor nullOutput,
            Tensor previous, Tensor y, Tensor f, Tensor target, Tensor next);

    /**
     * The bootstrapping loss of a block: ŷ = headNoise·ε + headOutput·F, r = ŷ − target;
     * {@code residual[i] = mean over the elements of r²} and {@code dOutput = gradientFactor·r·headOutput}, where
     * {@link SignalCoefficients#GRADIENT} holds the factor: 2·weight/(elements·samples).
     *
     * @param prediction ŷ, written; may be null
     * @param residual written: one value per sample
     */
    void bootstrapLoss(
            int n, int pixels, Slice coefficients, Tensor noise, Tensor output, Tensor target,
            Tensor prediction, Tensor dOutput, Slice residual);

    /**
     * {@code divisor[i] = (residual[i] + κ)^power}, which turns the gradient of a squared residual into that of a smaller
     * power of it.
     *
     * @param residual not negative
     * @param kappa above 0
     */
    void residualDivisors(int n, Slice residual, float kappa, float power, Slice divisor);

    // ---- the optimiser: ranges of flat arrays, so that workers can share a pass

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

    // ---- the same calls again and again

    /**
     * Makes some calls of these kernels now, and returns what carries them out again: recorded and started as a whole where
     * the device can do that, else by making the calls again. So the calls are the same each time, with what changes in
     * device memory, and they transfer nothing.
     */
    default Captured capture(Runnable calls) {
        calls.run();
        return new Captured() {
            @Override
            public void replay() {
                calls.run();
            }

            @Override
            public void close() {} // nothing was recorded
        };
    }

    @Override
    void close();
}
