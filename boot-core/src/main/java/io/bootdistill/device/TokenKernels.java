package io.bootdistill.device;

import org.jspecify.annotations.Nullable;

/** What moves and looks up rows of tokens: a family of {@link Kernels}. All but the sums of gradients copy or add once. */
public interface TokenKernels {

    /**
     * Adds the same rows to each sample: {@code y[sample, row] = x[sample, row] + p[row]}.
     *
     * @param p [rows][channels]
     * @param y may be x
     */
    default void addRowsForward(int n, int rows, Tensor x, Slice p, Tensor y) {
        throw new UnsupportedKernelException(Kernel.ADD_ROWS_FORWARD);
    }

    /** {@code dp[row] += Σ dy[sample, row]} in the order of the samples; overwritten with zeros first unless accumulating. */
    default void addRowsBackward(int n, int rows, Tensor dy, Slice dp, boolean accumulate) {
        throw new UnsupportedKernelException(Kernel.ADD_ROWS_BACKWARD);
    }

    /**
     * Copies some rows of each sample of x to some of y: {@code y[sample, to + i] = base[sample, to + i] + x[sample, from + i]}.
     * Other rows of y stay as they are. Two calls put the rows of two tensors together, or take them apart.
     *
     * @param base with the rows of y; may be null or y
     */
    default void placeRows(int n, RowPlace place, Tensor x, @Nullable Tensor base, Tensor y) {
        throw new UnsupportedKernelException(Kernel.PLACE_ROWS);
    }

    /**
     * Images to tokens: {@code y = base + patches of x}, one row per patch, the patches in row-major order. It is the gradient
     * of {@link #unpatchify}, with dy for x.
     *
     * @param x n·height·width rows of {@link Patches#channels()}
     * @param base may be null or y
     * @param y n·{@link Patches#tokens()} rows of {@link Patches#tokenChannels()}
     */
    default void patchify(int n, Patches patches, Tensor x, @Nullable Tensor base, Tensor y) {
        throw new UnsupportedKernelException(Kernel.PATCHIFY);
    }

    /** Tokens to images: the inverse of {@link #patchify}, and its gradient, with dy for x; {@code base} may be null or y. */
    default void unpatchify(int n, Patches patches, Tensor x, @Nullable Tensor base, Tensor y) {
        throw new UnsupportedKernelException(Kernel.UNPATCHIFY);
    }

    /**
     * Each row becomes the row of the table that is nearest by Σ (x − code)², the first of those that are equally near.
     *
     * @param codes rows of the table, at least 1
     * @param table [codes][channels]
     */
    default void nearestCode(long rows, int codes, Tensor x, Slice table, Tensor y) {
        throw new UnsupportedKernelException(Kernel.NEAREST_CODE);
    }
}
