package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Weights;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One node of a graph: it reads values and parameters and writes one value. It holds shapes per sample and no memory; a
 * {@link Plan} gives it the memory as a {@link Binding}, once, and runs the {@link Passes} that come of it.
 */
abstract class Operation {

    /** The ways through a graph. */
    enum Pass {
        FORWARD,
        BACKWARD,
        TANGENT
    }

    /** How the gradient of an input is made. */
    enum Gradient {
        /** The kernel computes dx = base + contribution. */
        ADDED,
        /** The kernel overwrites dx: nothing else may contribute. */
        OVERWRITTEN,
        /** dx = dy, without a kernel: a residual. */
        IDENTITY,
        /** None: labels, times. */
        NONE
    }

    /** Which flat buffer parameters lie in. */
    enum Place {
        /** That of the parameters that are trained. */
        TRAINED,
        /** That of constants. */
        CONSTANT,
        /** That of the trained parameters of another model, which stay as they are here: see {@link Graph#adapted}. */
        FROZEN
    }

    /** A range of a flat buffer. */
    record Block(Place place, long offset, long length) {

        boolean isTrained() {
            return place == Place.TRAINED;
        }
    }

    final @Nullable Value[] inputs;
    final Value output;
    final Block[] blocks;

    /** Inputs may be null where an optional operand is absent. */
    Operation(@Nullable Value[] inputs, Value output, Block... blocks) {
        this.inputs = inputs;
        this.output = output;
        this.blocks = blocks;
    }

    /** What a pass may call. */
    abstract List<Kernel> kernels(Pass pass);

    /**
     * What backward calls, where some gradients are not made.
     *
     * @param trains whether those of the parameters are
     * @param dx those of inputs that are; null for others
     */
    List<Kernel> backwardKernels(boolean trains, @Nullable Value[] dx) {
        return kernels(Pass.BACKWARD);
    }

    /** The operation over the memory of a plan. */
    abstract Passes passes(Binding b);

    abstract Gradient gradient(int input);

    /** Whether {@link Passes#tangent} reads this input's tangent even where it is zero. */
    boolean tangentReads(int input) {
        return input == 0;
    }

    /** Whether backward reads this input's value. */
    abstract boolean backwardReads(int input);

    /** Whether backward reads the values of inputs for the gradients of parameters alone. */
    boolean readsForParameters() {
        return false;
    }

    /** Whether the kernel of backward makes this input's gradient with others at once, also where nobody reads it. */
    boolean makesWithOthers(int input) {
        return false;
    }

    /** Whether it makes the gradients of the parameters so. */
    boolean makesParametersWithOthers() {
        return false;
    }

    /** Whether backward reads the output's value. */
    boolean backwardReadsOutput() {
        return false;
    }

    /** Floats per sample that forward leaves for backward, or that the tangent is calculated with. */
    int statistics() {
        return 0;
    }

    /** Multiplications and additions of a sample's forward pass, as a product of matrices counts them; 0 beside such products. */
    double flops() {
        return 0;
    }

    /** Whether forward gives the same where the output lies in the memory of this input. */
    boolean overwrites(int input) {
        return false;
    }

    /** Floats that forward needs for itself, whatever the number of samples. */
    long scratch() {
        return 0;
    }

    /** The same with as little scratch memory of the device as strips of so many rows need; this where there are no strips. */
    Operation inStrips(int rows) {
        return this;
    }

    /** The shape that the device's own form of the first block is for; null where it has none. */
    @Nullable Record shape() {
        return null;
    }

    /** Floats of the device's own form of the first block. */
    long preparedLength(Kernels kernels, boolean gradient) {
        return 0;
    }

    /** Derives the device's own form of the first block. */
    void prepare(Kernels kernels, Weights weights, boolean gradient) {}
}
