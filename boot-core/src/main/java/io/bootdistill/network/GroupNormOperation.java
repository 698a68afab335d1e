package io.bootdistill.network;

import io.bootdistill.device.GroupNorm;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Group normalisation, with the scale and shift of the time embedding where given, and an activation. */
final class GroupNormOperation extends Operation {

    private static final int X = 0;
    private static final int SCALE = 1;
    private static final int SHIFT = 2;

    private final GroupNorm norm;

    GroupNormOperation(
            GroupNorm norm, Value x, @Nullable Value scale, @Nullable Value shift, Value y, Block gamma, Block beta) {
        super(new @Nullable Value[] {x, scale, shift}, y, gamma, beta);
        this.norm = norm;
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return List.of(switch (pass) {
            case FORWARD -> Kernel.GROUP_NORM_FORWARD;
            case BACKWARD -> Kernel.GROUP_NORM_BACKWARD;
            case TANGENT -> Kernel.GROUP_NORM_TANGENT;
        });
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            private final GroupNorm.Operands operands = new GroupNorm.Operands(
                    b.x[X], b.parameters[0], b.parameters[1], b.x[SCALE], b.x[SHIFT], b.statistics);
            private final GroupNorm.Gradients gradients =
                    new GroupNorm.Gradients(b.dy, b.base[X], b.dx[X], b.dx[SCALE], b.dx[SHIFT]);
            private final GroupNorm.Tangents tangents =
                    new GroupNorm.Tangents(b.xTangent[X], b.xTangent[SCALE], b.xTangent[SHIFT], b.yTangent);

            @Override
            void forward(Kernels kernels, int n) {
                kernels.groupNormForward(n, norm, operands, b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                kernels.groupNormBackward(n, norm, operands, gradients, dParameters[0], dParameters[1], accumulate);
            }

            @Override
            void tangent(Kernels kernels, int n) {
                kernels.groupNormTangent(n, norm, operands, tangents);
            }
        };
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
        return true;
    }

    @Override
    boolean makesWithOthers(int input) {
        return true;
    }

    @Override
    boolean makesParametersWithOthers() {
        return true;
    }

    @Override
    boolean overwrites(int input) {
        return input == X;
    }

    @Override
    int statistics() {
        return norm.statistics();
    }
}
