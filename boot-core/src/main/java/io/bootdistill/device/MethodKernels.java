package io.bootdistill.device;

import org.jspecify.annotations.Nullable;

/** What the method is made of: a family of {@link Kernels}. One call per block, numbers per sample in device memory. */
public interface MethodKernels {

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
    void signalState(int n, int pixels, Slice coefficients, Tensor noise, Tensor output, @Nullable Tensor y, @Nullable Tensor x);

    /**
     * One Signal-ODE step: the teacher's output to its prediction of x₀, guidance, clipping, and
     * {@code f̄ = previous + mean·(f − previous)} where {@code previous} is given (Heun: mean = ½), then
     * {@code target = y + c·(f̄ − y)} and the next state {@code next = α_s·target + σ_s·ε}.
     *
     * <p>f = stateFactor·x + outputFactor·o; with {@code nullOutput} ∅: f = f(∅) + w·(f(o) − f(∅)); then, where
     * {@link SignalCoefficients#CLIP} is positive, f is limited to ± that.
     *
     * @param coefficients [n][{@link SignalCoefficients#COUNT}]
     */
    void signalStep(int n, int pixels, Slice coefficients, SignalStep step);

    /**
     * The bootstrapping loss of a block: ŷ = headNoise·ε + headOutput·F, r = ŷ − target;
     * {@code residual[i] = mean over the elements of r²} and {@code dOutput = gradientFactor·r·headOutput}, where
     * {@link SignalCoefficients#GRADIENT} holds the factor: 2·weight/(elements·samples).
     *
     * @param coefficients [n][{@link SignalCoefficients#COUNT}]
     * @param residual written: one value per sample
     */
    void bootstrapLoss(int n, int pixels, Slice coefficients, SignalLoss loss, Slice residual);

    /**
     * {@code factor[i] = (residual[i] + κ)^(−power)}: the weights that turn the gradient of a squared residual into that of a
     * smaller power of it.
     *
     * @param residual not negative
     * @param kappa above 0
     */
    default void residualWeights(int n, Slice residual, float kappa, float power, Slice factor) {
        throw new UnsupportedKernelException(Kernel.RESIDUAL_WEIGHTS);
    }

    /**
     * {@code factor[i] = 1/max(mean over the elements of |x − y|, least)}: the weights that bring a sample's distance to 1.
     *
     * @param least above 0
     */
    default void distanceWeights(int n, int pixels, Tensor x, Tensor y, float least, Slice factor) {
        throw new UnsupportedKernelException(Kernel.DISTANCE_WEIGHTS);
    }

    /** {@code y = base + factor[sample]·x}; x may be y, {@code base} may be null, y, or another. */
    default void addScaled(int n, int pixels, Tensor x, Slice factor, @Nullable Tensor base, Tensor y) {
        throw new UnsupportedKernelException(Kernel.ADD_SCALED);
    }

    /** {@code y = a[sample]·first + b[sample]·second}: a noisy state, or what a network learns from an image and its noise. */
    default void combine(int n, int pixels, Slice a, Tensor first, Slice b, Tensor second, Tensor y) {
        throw new UnsupportedKernelException(Kernel.COMBINE);
    }
}
