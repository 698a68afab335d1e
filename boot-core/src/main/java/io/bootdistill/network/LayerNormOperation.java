package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.LayerNorm;
import io.bootdistill.device.Slice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Layer normalisation with gamma and beta, with the scale and shift of the sample, or with neither. */
final class LayerNormOperation extends Operation {

    private static final int X = 0;
    private static final int SCALE = 1;
    private static final int SHIFT = 2;

    private final LayerNorm norm;

    /** @param gammaAndBeta both blocks or none */
    LayerNormOperation(
            LayerNorm norm, Value x, @Nullable Value scale, @Nullable Value shift, Value y, Block... gammaAndBeta) {
        super(new @Nullable Value[] {x, scale, shift}, y, gammaAndBeta);
        this.norm = norm;
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return List.of(switch (pass) {
            case FORWARD -> Kernel.LAYER_NORM_FORWARD;
            case BACKWARD -> Kernel.LAYER_NORM_BACKWARD;
            case TANGENT -> Kernel.LAYER_NORM_TANGENT;
        });
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            private final LayerNorm.Operands operands = new LayerNorm.Operands(b.x[X], at(b.parameters, 0),
                    at(b.parameters, 1), b.x[SCALE], b.x[SHIFT], b.statistics);
            private final LayerNorm.Gradients gradients =
                    new LayerNorm.Gradients(b.dy, b.base[X], b.dx[X], b.dx[SCALE], b.dx[SHIFT]);
            private final LayerNorm.Tangents tangents =
                    new LayerNorm.Tangents(b.xTangent[X], b.xTangent[SCALE], b.xTangent[SHIFT], b.yTangent);

            @Override
            void forward(Kernels kernels, int n) {
                kernels.layerNormForward(n, norm, operands, b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                kernels.layerNormBackward(
                        n, norm, operands, gradients, at(dParameters, 0), at(dParameters, 1), accumulate);
            }

            @Override
            void tangent(Kernels kernels, int n) {
                kernels.layerNormTangent(n, norm, operands, tangents);
            }
        };
    }

    private static @Nullable Slice at(@Nullable Slice[] slices, int index) {
        return slices.length == 0 ? null : slices[index];
    }

    @Override
    boolean tangentReads(int input) {
        return true;
    }

    @Override
    Gradient gradient(int input) {
        return input == X ? Gradient.ADDED : Gradient.OVERWRITTEN;
    }

    @Override
    boolean backwardReads(int input) {
        return input != SHIFT;
    }

    @Override
    boolean makesWithOthers(int input) {
        return input != X;
    }

    @Override
    boolean makesParametersWithOthers() {
        return blocks.length > 0;
    }

    @Override
    int statistics() {
        return norm.statistics();
    }
}
