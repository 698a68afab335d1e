package io.bootdistill.device;

import org.jspecify.annotations.Nullable;

/** Transfers between the host and the device, and passes over any matrix: a family of {@link Kernels}. */
public interface Transfers {

    /** Copies {@code source[from … from + target.length())} to the device, values in order. */
    void upload(float[] source, int from, Slice target);

    /** Copies a slice to {@code target[from …)}. Waits for what was called before. */
    void download(Slice source, float[] target, int from);

    /** Copies the {@code rows} rows of a dense matrix, {@code source[from … from + rows·channels)}, to one on the device. */
    default void upload(float[] source, int from, int rows, Tensor target) {
        target.require("target", rows, target.channels());
        for (int row = 0; row < rows; row++) {
            upload(source, from + row * target.channels(), target.row(row));
        }
    }

    /** Copies {@code rows} rows to a dense matrix, {@code target[from …)}. Waits for what was called before. */
    default void download(int rows, Tensor source, float[] target, int from) {
        source.require("source", rows, source.channels());
        for (int row = 0; row < rows; row++) {
            download(source.row(row), target, from + row * source.channels());
        }
    }

    /** {@code target = value} everywhere. */
    void fill(Slice target, float value);

    /** {@code y = base + factor·x + offset}; x may be y, {@code base} may be null, y, or another. Also copies and adds. */
    void affine(long rows, Tensor x, float factor, float offset, @Nullable Tensor base, Tensor y);
}
