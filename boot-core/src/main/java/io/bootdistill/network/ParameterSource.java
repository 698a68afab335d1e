package io.bootdistill.network;

import java.nio.FloatBuffer;

/** Gives the values of parameters piece by piece, in the order of their shapes, so that no parameter lies in memory whole. */
@FunctionalInterface
public interface ParameterSource {

    /** Gives the elements from {@code first} on, one behind the other, until the buffer is full. */
    void read(Parameter parameter, long first, FloatBuffer into);
}
