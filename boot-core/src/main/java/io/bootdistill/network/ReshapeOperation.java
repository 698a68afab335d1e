package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The same values in rows of another length, copied: a row of one is several of the other, wherever the two lie. */
final class ReshapeOperation extends Operation {

    private final int narrow;
    private final int pieces;

    /** The channels of one are a multiple of the other's. */
    ReshapeOperation(Value x, Value y) {
        super(new Value[] {x}, y);
        narrow = Math.min(x.channels, y.channels);
        pieces = Math.max(x.channels, y.channels) / narrow;
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return List.of(Kernel.AFFINE);
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            private final @Nullable Tensor[] none = split(null);
            private final @Nullable Tensor[] x = split(b.x[0]);
            private final @Nullable Tensor[] y = split(b.y);
            private final @Nullable Tensor[] dy = split(b.dy);
            private final @Nullable Tensor[] base = split(b.base[0]);
            private final @Nullable Tensor[] dx = split(b.dx[0]);
            private final @Nullable Tensor[] xTangent = split(b.xTangent[0]);
            private final @Nullable Tensor[] yTangent = split(b.yTangent);

            @Override
            void forward(Kernels kernels, int n) {
                copy(kernels, n, x, none, y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                if (b.dx[0] != null) {
                    copy(kernels, n, dy, base, dx);
                }
            }

            @Override
            void tangent(Kernels kernels, int n) {
                copy(kernels, n, xTangent, none, yTangent);
            }
        };
    }

    private void copy(Kernels kernels, int n, @Nullable Tensor[] x, @Nullable Tensor[] base, @Nullable Tensor[] y) {
        long rows = (long) n * output.pixels() * output.channels / (pieces * narrow);
        for (int i = 0; i < pieces; i++) {
            kernels.affine(rows, x[i], 1, 0, base[i], y[i]);
        }
    }

    /** Piece i of each row of the wide one: columns of it, or every so many rows of the narrow one. */
    private @Nullable Tensor[] split(@Nullable Tensor tensor) {
        @Nullable Tensor[] split = new @Nullable Tensor[pieces];
        for (int i = 0; i < pieces && tensor != null; i++) {
            long start = (long) i * tensor.stride();
            split[i] = tensor.channels() > narrow
                    ? tensor.columns(i * narrow, narrow)
                    : new Tensor(tensor.data().slice(start, tensor.data().length() - start), narrow, pieces * tensor.stride());
        }
        return split;
    }

    @Override
    Gradient gradient(int input) {
        return Gradient.ADDED;
    }

    @Override
    boolean backwardReads(int input) {
        return false;
    }
}
