package io.bootdistill.network;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import java.nio.FloatBuffer;

/**
 * Reads the parameters of a {@link Model} piece by piece, in the order of their shapes, through a few megabytes of the heap
 * whatever their size; fastest from the first element of each to the last. Remembers the last piece: whoever changes the
 * parameters opens another reader. For one thread.
 */
public final class ParameterReader implements AutoCloseable {

    private final ParameterLayout layout;
    private final Slice trained;
    private final Slice constants;
    private final Kernels kernels;
    private final ParameterMover mover;

    /** @param kernels which it owns */
    ParameterReader(ParameterLayout layout, Slice trained, Slice constants, Kernels kernels) {
        this.layout = layout;
        this.trained = trained;
        this.constants = constants;
        this.kernels = kernels;
        mover = new ParameterMover(kernels, layout);
    }

    /**
     * Gives the elements of a parameter from {@code first} on, one behind the other, until the buffer is full.
     *
     * @throws IndexOutOfBoundsException if the parameter has not so many
     */
    public void read(Parameter parameter, long first, FloatBuffer into) {
        read(trained, parameter, first, into);
    }

    /**
     * Like {@link #read(Parameter, long, FloatBuffer)}, with other values for the trained parameters: a moving average, a
     * gradient.
     *
     * @param trained laid out like the trained parameters
     */
    public void read(Slice trained, Parameter parameter, long first, FloatBuffer into) {
        mover.read(parameter, layout.isTrained(parameter) ? trained : constants, first, into);
    }

    /** Closes it; the model stays. */
    @Override
    public void close() {
        kernels.close();
    }
}
