package io.bootdistill.network;

import io.bootdistill.device.GroupNorm;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;

/** Group normalisation, with the scale and shift of the time embedding where given, and SiLU where the shape says so. */
final class GroupNormOperation extends Operation {

    private static final int X = 0;
    private static final int SCALE = 1;
    private static final int SHIFT = 2;

    private final GroupNorm norm;

    GroupNormOperation(GroupNorm norm, Value x, Value scale, Value shift, Value y, Block gamma, Block beta) {
        super(new Value[] {x, scale, shift}, y, gamma, beta);
        this.norm = norm;
    }

    @Override
    void forward(Kernels kernels, int n, Binding b) {
        kernels.groupNormForward(
                n, norm, b.x[X], b.parameters[0], b.parameters[1], b.x[SCALE], b.x[SHIFT], b.statistics, b.y);
    }

    @Override
    void backward(Kernels kernels, int n, Binding b, Slice[] gradients, boolean accumulate) {
        kernels.groupNormBackward(
                n, norm, b.x[X], b.parameters[0], b.parameters[1], b.x[SCALE], b.x[SHIFT], b.statistics,
                b.dy, b.base[X], b.dx[X], gradients[0], gradients[1], b.dx[SCALE], b.dx[SHIFT], accumulate);
    }

    @Override
    void tangent(Kernels kernels, int n, Binding b) {
        kernels.groupNormTangent(
                n, norm, b.x[X], b.parameters[0], b.parameters[1], b.x[SCALE], b.x[SHIFT], b.statistics,
                b.xTangent[X], b.xTangent[SCALE], b.xTangent[SHIFT], b.yTangent);
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
    int statistics() {
        return norm.statistics();
    }
}
