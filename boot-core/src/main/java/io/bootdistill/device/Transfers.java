package io.bootdistill.device;

import org.jspecify.annotations.Nullable;

/** Transfers between the host and the device, and passes over any matrix: a family of {@link Kernels}. */
public interface Transfers {

    /** Copies {@code source[from … from + target.length())} to the device, values in order. */
    void upload(float[] source, int from, Slice target);

    /** Copies a slice to {@code target[from …)}. Waits for what was called before. */
    void download(Slice source, float[] target, int from);

    /** {@code target = value} everywhere. */
    void fill(Slice target, float value);

    /** {@code y = base + factor·x + offset}; x may be y, {@code base} may be null, y, or another. Also copies and adds. */
    void affine(long rows, Tensor x, float factor, float offset, @Nullable Tensor base, Tensor y);
}
