package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.RowPlace;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of two values as one, sample by sample. */
final class JoinOperation extends Operation {

    private final RowPlace[] places;

    /** Each place is from an input to y. */
    JoinOperation(Value a, RowPlace placeOfA, Value b, RowPlace placeOfB, Value y) {
        super(new Value[] {a, b}, y);
        places = new RowPlace[] {placeOfA, placeOfB};
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return List.of(Kernel.PLACE_ROWS);
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            private final RowPlace[] back = {inverse(places[0]), inverse(places[1])};

            @Override
            void forward(Kernels kernels, int n) {
                join(kernels, n, b.x, b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                for (int k = 0; k < places.length; k++) {
                    if (b.dx[k] != null) {
                        kernels.placeRows(n, back[k], b.dy, b.base[k], b.dx[k]);
                    }
                }
            }

            @Override
            void tangent(Kernels kernels, int n) {
                join(kernels, n, b.xTangent, b.yTangent);
            }
        };
    }

    private void join(Kernels kernels, int n, @Nullable Tensor[] x, Tensor y) {
        for (int k = 0; k < places.length; k++) {
            kernels.placeRows(n, places[k], x[k], null, y);
        }
    }

    private static RowPlace inverse(RowPlace place) {
        return new RowPlace(place.count(), place.targetRows(), place.to(), place.sourceRows(), place.from());
    }

    @Override
    boolean tangentReads(int input) {
        return true;
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
