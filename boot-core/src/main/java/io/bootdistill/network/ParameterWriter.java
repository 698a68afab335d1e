package io.bootdistill.network;

import io.bootdistill.device.Kernels;

/**
 * Writes parameters of a {@link Model} piece by piece, through a few megabytes of the heap whatever their size; whoever sets
 * weights calls {@link Model#prepare} afterwards. For one thread; others may write other parameters meanwhile.
 */
public final class ParameterWriter {

    private final Model model;
    private final ParameterMover mover;

    /** @param kernels the caller's */
    public ParameterWriter(Model model, Kernels kernels) {
        this.model = model;
        mover = new ParameterMover(kernels, model.graph().layout());
    }

    /** Asks for a parameter from its first element to its last, and writes it. */
    public void write(Parameter parameter, ParameterSource source) {
        mover.write(parameter, source, model.memory(parameter));
    }
}
