package io.bootdistill.device;

import org.jspecify.annotations.Nullable;

/** Changes of size: a family of {@link Kernels}. Height and width are those of the small image. */
public interface ResizeKernels {

    /** Nearest-neighbour doubling: y(2i + a, 2j + b) = x(i, j). */
    void upsampleForward(int n, int height, int width, Tensor x, Tensor y);

    /** {@code dx = base + sum of the four dy}. */
    void upsampleBackward(int n, int height, int width, Tensor dy, @Nullable Tensor base, Tensor dx);

    /** Halving by the mean of 2×2 pixels. */
    void downsampleForward(int n, int height, int width, Tensor x, Tensor y);

    /** {@code dx = base + dy/4}. */
    void downsampleBackward(int n, int height, int width, Tensor dy, @Nullable Tensor base, Tensor dx);
}
