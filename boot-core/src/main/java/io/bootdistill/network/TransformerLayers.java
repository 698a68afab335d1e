package io.bootdistill.network;

import io.bootdistill.device.Activation;
import io.bootdistill.device.LayerNorm;
import io.bootdistill.device.Linear;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The layers of transformers, see {@link GraphBuilder#transformer}. Tokens are the pixels of a value: an image is a matrix of
 * tokens as it lies in memory.
 */
public final class TransformerLayers {

    private final GraphParts parts;

    TransformerLayers(GraphParts parts) {
        this.parts = parts;
    }

    /** y = f(x). */
    public Value activation(Activation f, Value x) {
        Value y = parts.like(x);
        parts.operations.add(new ActivationOperation(f, x, y));
        return y;
    }

    /** y = u·gelu(v), where u and v are the first and the second half of the channels of x. */
    public Value geglu(Value x) {
        if (x.channels % 2 != 0) {
            throw new IllegalArgumentException("x has " + x.channels + " channels, must have two halves");
        }
        Value y = parts.value(x.height, x.width, x.channels / 2);
        parts.operations.add(new GegluOperation(x, y));
        return y;
    }

    /** A linear layer without bias; {@code residual} may be null. */
    public Value unbiased(String name, Value x, int out, @Nullable Value residual) {
        return unbiased(List.of(name), new int[] {out}, x, residual, Parameter.Initial.UNIFORM);
    }

    /** A linear layer without bias that starts at zero: at first, the result is the residual. */
    public Value zeroUnbiased(String name, Value x, int out, Value residual) {
        return unbiased(List.of(name), new int[] {out}, x, residual, Parameter.Initial.ZERO);
    }

    /** Several linear layers without bias of one input as one; their results lie side by side: {@link GraphBuilder#columns}. */
    public Value unbiased(List<String> names, int[] outs, Value x) {
        return unbiased(names, outs, x, null, Parameter.Initial.UNIFORM);
    }

    private Value unbiased(
            List<String> names, int[] outs, Value x, @Nullable Value residual, Parameter.Initial initial) {
        Linear linear = new Linear(x.channels, Arrays.stream(outs).sum());
        Value y = parts.value(x.height, x.width, linear.out());
        parts.operations.add(new LinearOperation(linear, x, residual, y,
                parts.layout.linear(names, x.channels, outs, false, initial)));
        return parts.linears(names, outs, x, y);
    }

    /** Layer normalisation over the channels of each token. */
    public Value layerNorm(String name, Value x, float epsilon) {
        Value y = parts.like(x);
        parts.operations.add(new LayerNormOperation(
                new LayerNorm(x.pixels(), x.channels, epsilon), x, null, null, y,
                parts.layout.vector(name + ".weight", x.channels, Parameter.Initial.ONE),
                parts.layout.vector(name + ".bias", x.channels, Parameter.Initial.ZERO)));
        return y;
    }

    /**
     * Layer normalisation without parameters: y = x̂·(1 + scale) + shift.
     *
     * @param scale one token, with {@code shift}; both may be null
     */
    public Value modulatedNorm(Value x, float epsilon, @Nullable Value scale, @Nullable Value shift) {
        Value y = parts.like(x);
        parts.operations.add(new LayerNormOperation(
                new LayerNorm(x.pixels(), x.channels, epsilon), x, scale, shift, y));
        return y;
    }

    /** y = residual + gate·x; the gate is one token, {@code residual} may be null. */
    public Value gate(Value x, Value gate, @Nullable Value residual) {
        Value y = parts.like(x);
        parts.operations.add(new GateOperation(x, gate, residual, y));
        return y;
    }

    /** The mean of the tokens, as one. */
    public Value meanRows(Value x) {
        return sumRows(x, 1f / x.pixels());
    }

    /** The sum of the tokens, as one. */
    public Value sumRows(Value x) {
        return sumRows(x, 1);
    }

    private Value sumRows(Value x, float factor) {
        Value y = parts.value(1, 1, x.channels);
        parts.operations.add(new SumRowsOperation(factor, x, y));
        return y;
    }
}
