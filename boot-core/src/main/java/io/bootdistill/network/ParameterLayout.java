package io.bootdistill.network;

import io.bootdistill.device.Philox;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the parameters of a network lie: the trained ones in one flat buffer, so that the optimiser, the moving average, the
 * gradient norm and a checkpoint are single passes over it; the constants (random Fourier frequencies of the checkpoint, and
 * computed ones) in another. Gaps between blocks stay zero. Immutable.
 */
public final class ParameterLayout {

    private final Map<String, Parameter> trained = new LinkedHashMap<>();
    private final List<Parameter> constants;
    private final Map<Long, float[]> computed;
    private final long length;
    private final long constantsLength;

    ParameterLayout(
            List<Parameter> trained, List<Parameter> constants, Map<Long, float[]> computed, long length,
            long constantsLength) {
        for (Parameter parameter : trained) {
            if (this.trained.put(parameter.name(), parameter) != null) {
                throw new IllegalStateException("two parameters are named " + parameter.name());
            }
        }
        this.constants = List.copyOf(constants);
        this.computed = Map.copyOf(computed);
        this.length = length;
        this.constantsLength = constantsLength;
    }

    /** Length of the flat buffer of trained parameters, gaps included. */
    public long length() {
        return length;
    }

    /** Length of the flat buffer of constants; may be 0. */
    public long constantsLength() {
        return constantsLength;
    }

    /** The trained parameters, in the order of the network. */
    public Collection<Parameter> trained() {
        return List.copyOf(trained.values());
    }

    /** The constants that a checkpoint holds. */
    public List<Parameter> constants() {
        return constants;
    }

    /** Number of trained values. */
    public long count() {
        return trained.values().stream().mapToLong(Parameter::size).sum();
    }

    /** The trained parameter of that name; null if there is none. */
    public @Nullable Parameter find(String name) {
        return trained.get(name);
    }

    /** Every parameter that a checkpoint holds: the trained ones, then the constants. */
    public List<Parameter> all() {
        return Stream.concat(trained.values().stream(), constants.stream()).toList();
    }

    /** Whether all parameters have the same names, shapes and places, and what is computed is equal. */
    boolean isLike(ParameterLayout other) {
        return length == other.length && constantsLength == other.constantsLength
                && areAlike(List.copyOf(trained.values()), List.copyOf(other.trained.values()))
                && areAlike(constants, other.constants) && computed.keySet().equals(other.computed.keySet())
                && computed.entrySet().stream().allMatch(e -> Arrays.equals(e.getValue(), other.computed.get(e.getKey())));
    }

    private static boolean areAlike(List<Parameter> some, List<Parameter> others) {
        return some.size() == others.size() && IntStream.range(0, some.size()).allMatch(i ->
                some.get(i).name().equals(others.get(i).name()) && some.get(i).offset() == others.get(i).offset()
                        && Arrays.equals(some.get(i).shape(), others.get(i).shape()));
    }

    /** Whether a parameter lies in the flat buffer of the trained ones. */
    boolean isTrained(Parameter parameter) {
        return trained.containsKey(parameter.name());
    }

    /** The flat buffer of constants, without those of the checkpoint. */
    float[] computedConstants() {
        float[] flat = new float[Math.toIntExact(constantsLength)];
        computed.forEach((offset, values) -> System.arraycopy(values, 0, flat, offset.intValue(), values.length));
        return flat;
    }

    /** The random start values of a parameter, a function of the seed and its place in the network alone. */
    static ParameterSource initialValues(long seed, int place) {
        return (parameter, first, into) -> {
            float bound = (float) (1 / Math.sqrt(parameter.fanIn()));
            for (long i = first; into.hasRemaining(); i++) {
                into.put(switch (parameter.initial()) {
                    case UNIFORM -> (float) (2 * Philox.uniform(seed, place, i) - 1) * bound;
                    case NORMAL -> Philox.normal(seed, place, i);
                    case ONE -> 1f;
                    case ZERO -> 0f;
                });
            }
        };
    }
}
