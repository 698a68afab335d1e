package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y = residual + gate·x, the gate being one row per sample. */
final class GateOperation extends Operation {

    private static final int X = 0;
    private static final int GATE = 1;
    private static final int RESIDUAL = 2;

    GateOperation(Value x, Value gate, @Nullable Value residual, Value y) {
        super(new @Nullable Value[] {x, gate, residual}, y);
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return List.of(switch (pass) {
            case FORWARD -> Kernel.GATE_FORWARD;
            case BACKWARD -> Kernel.GATE_BACKWARD;
            case TANGENT -> Kernel.GATE_TANGENT;
        });
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            @Override
            void forward(Kernels kernels, int n) {
                kernels.gateForward(n, output.pixels(), b.x[X], b.x[GATE], b.x[RESIDUAL], b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                kernels.gateBackward(
                        n, output.pixels(), b.x[X], b.x[GATE], b.dy, b.base[X], b.dx[X], b.dx[GATE]);
            }

            @Override
            void tangent(Kernels kernels, int n) {
                kernels.gateTangent(n, output.pixels(), b.x[X], b.x[GATE], b.xTangent[X], b.xTangent[GATE],
                        b.xTangent[RESIDUAL], b.yTangent);
            }
        };
    }

    @Override
    boolean tangentReads(int input) {
        return input != RESIDUAL;
    }

    @Override
    Gradient gradient(int input) {
        return switch (input) {
            case X -> Gradient.ADDED;
            case GATE -> Gradient.OVERWRITTEN;
            default -> Gradient.IDENTITY;
        };
    }

    @Override
    boolean backwardReads(int input) {
        return input != RESIDUAL;
    }

    @Override
    boolean makesWithOthers(int input) {
        return input != RESIDUAL;
    }
}
