package io.bootdistill.network;

import java.nio.FloatBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Parameters that lie in arrays: each is asked for once, whole. For one thread. */
final class WholeParameters implements ParameterSource {

    private final Function<Parameter, float[]> arrays;
    private @Nullable Parameter held;
    private float[] values = new float[0];

    /** @param arrays gives the values of a parameter in the order of its shape */
    WholeParameters(Function<Parameter, float[]> arrays) {
        this.arrays = arrays;
    }

    @Override
    public void read(Parameter parameter, long first, FloatBuffer into) {
        if (parameter != held) {
            values = arrays.apply(parameter);
            held = parameter;
        }
        into.put(values, (int) first, into.remaining());
    }
}
