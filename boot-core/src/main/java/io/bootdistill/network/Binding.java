package io.bootdistill.network;

import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;

/** The memory of one operation in one plan. Arrays are parallel to the operation's inputs and blocks. */
final class Binding {

    final Tensor[] x;
    Tensor y;
    Slice statistics;

    final Slice[] parameters;
    Weights weights;

    Tensor dy;
    final Tensor[] dx;
    final Tensor[] base;

    /** Where a residual's gradient has to be stored: dx[i] = base[i] + dy by a pass of its own. */
    final boolean[] copied;

    /** Tangents of the inputs, null where none is read; and that of the output, null where none is made. */
    final Tensor[] xTangent;

    Tensor yTangent;

    /** Whether the output's tangent is zero. */
    boolean constant;

    /** The operation over this memory. */
    Passes passes;

    Binding(int inputs, int blocks) {
        x = new Tensor[inputs];
        dx = new Tensor[inputs];
        base = new Tensor[inputs];
        copied = new boolean[inputs];
        xTangent = new Tensor[inputs];
        parameters = new Slice[blocks];
    }
}
