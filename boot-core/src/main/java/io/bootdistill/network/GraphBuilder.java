package io.bootdistill.network;

import io.bootdistill.device.Activation;
import io.bootdistill.device.Attention;
import io.bootdistill.device.Conv;
import io.bootdistill.device.GroupNorm;
import io.bootdistill.device.Linear;
import io.bootdistill.device.TimeEmbedding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Network} describes itself to: each method adds an operation and returns its value. Layers declare their
 * parameters under the names of the diffusers format ({@code name.weight}, {@code name.bias}).
 */
public final class GraphBuilder {

    final GraphParts parts;
    final Map<String, Value> inputs;
    final Map<String, Value> outputs = new LinkedHashMap<>();
    private final LayoutBuilder layout;
    private final List<Operation> operations;
    private final TransformerLayers transformer;
    private final TokenLayers tokens;

    private GraphBuilder(GraphParts parts, Map<String, Value> inputs) {
        this.parts = parts;
        this.inputs = inputs;
        layout = parts.layout;
        operations = parts.operations;
        transformer = new TransformerLayers(parts);
        tokens = new TokenLayers(parts);
    }

    /** Of a network with these inputs. */
    static GraphBuilder of(GraphParts parts, ImageShape x, List<String> scalars, ConditionShape condition) {
        return new GraphBuilder(parts, GraphInputs.of(parts, x, scalars, condition));
    }

    // ---- inputs

    public Value x() {
        return inputs.get(InputNames.X);
    }

    /** A scalar input of the network. */
    public Value scalar(String name) {
        return inputs.get(name);
    }

    /** The label, vector or tokens; null for an unconditional network, and for one whose condition has parts. */
    public @Nullable Value condition() {
        return inputs.get(InputNames.CONDITION);
    }

    /** A part of the condition. */
    public Value condition(String part) {
        return inputs.get(part);
    }

    /** The mask over the tokens; null where there is none. */
    public @Nullable Value mask() {
        return inputs.get(InputNames.MASK);
    }

    /** The mask over the tokens of a part; null where there is none. */
    public @Nullable Value mask(String part) {
        return inputs.get(InputNames.mask(part));
    }

    // ---- outputs

    /**
     * Names a further output, besides that which the network returns: see {@link Plan#output}.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public void output(String name, Value value) {
        if (outputs.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException("two outputs are named " + name);
        }
    }

    // ---- layers

    /** 3×3 convolution; {@code shift} (one row per sample) and {@code residual} may be null. */
    public Value conv(
            String name, Value x, int out, int stride, int padding, @Nullable Value shift, @Nullable Value residual) {
        return conv(name, new Conv(x.height, x.width, x.channels, out, 1, stride, padding), x, shift, residual);
    }

    /** 3×3 convolution of x at twice its size, each pixel being repeated; {@code shift} may be null. */
    public Value upsampledConv(String name, Value x, int out, @Nullable Value shift) {
        return conv(name, Conv.doubling(x.height, x.width, x.channels, out), x, shift, null);
    }

    private Value conv(String name, Conv conv, Value x, @Nullable Value shift, @Nullable Value residual) {
        Value y = parts.value(conv.outHeight(), conv.outWidth(), conv.out());
        operations.add(new ConvOperation(
                conv, x, shift, residual, y,
                layout.conv(name + ".weight", conv.in(), conv.out()), layout.bias(name + ".bias", conv.out(), 9 * conv.in())));
        return y;
    }

    /** 3×3 convolution that keeps the size. */
    public Value conv(String name, Value x, int out) {
        return conv(name, x, out, 1, 1, null, null);
    }

    /** Linear layer over the channels of each pixel; {@code residual} may be null. */
    public Value linear(String name, Value x, int out, @Nullable Value residual) {
        return linear(List.of(name), new int[] {out}, x, residual, false, Parameter.Initial.UNIFORM);
    }

    /** A linear layer that starts at zero: at first, the result is the residual, or zero where that is null. */
    public Value zeroLinear(String name, Value x, int out, @Nullable Value residual) {
        return linear(List.of(name), new int[] {out}, x, residual, false, Parameter.Initial.ZERO);
    }

    /** A 1×1 convolution: a linear layer whose weight is stored as [out][in][1][1]. */
    public Value pointwise(String name, Value x, int out) {
        return pointwise(name, x, out, null);
    }

    /** A 1×1 convolution to which a residual is added; it may be null. */
    public Value pointwise(String name, Value x, int out, @Nullable Value residual) {
        return linear(List.of(name), new int[] {out}, x, residual, true, Parameter.Initial.UNIFORM);
    }

    /** Several linear layers of one input as one; their results lie side by side, see {@link #columns}. */
    public Value linears(List<String> names, int[] outs, Value x) {
        return linear(names, outs, x, null, false, Parameter.Initial.UNIFORM);
    }

    private Value linear(
            List<String> names, int[] outs, Value x, @Nullable Value residual, boolean pointwise, Parameter.Initial initial) {
        int out = 0;
        for (int width : outs) {
            out += width;
        }
        Value y = parts.value(x.height, x.width, out);
        operations.add(new LinearOperation(
                new Linear(x.channels, out), x, residual, y,
                layout.linear(names, x.channels, outs, pointwise, initial),
                layout.linearBias(names, x.channels, outs, initial)));
        return parts.linears(names, outs, x, y);
    }

    /** Group normalisation and an activation; {@code scale} and {@code shift}, one row per sample, may be null. */
    public Value groupNorm(
            String name, Value x, int groups, float epsilon, Activation activation, @Nullable Value scale,
            @Nullable Value shift) {
        Value y = parts.like(x);
        operations.add(new GroupNormOperation(
                new GroupNorm(x.pixels(), x.channels, groups, epsilon, activation), x, scale, shift, y,
                layout.vector(name + ".weight", x.channels, Parameter.Initial.ONE),
                layout.vector(name + ".bias", x.channels, Parameter.Initial.ZERO)));
        return y;
    }

    public Value silu(Value x) {
        return transformer.activation(Activation.SILU, x);
    }

    /** The layers of transformers: further ones of this same graph. */
    public TransformerLayers transformer() {
        return transformer;
    }

    /** Layers over rows of tokens: further ones of this same graph, too. */
    public TokenLayers tokens() {
        return tokens;
    }

    /** Attention of q over k and v; {@code mask} may be null. */
    public Value attention(Value q, Value k, Value v, @Nullable Value mask, int heads) {
        Value y = parts.like(q);
        operations.add(new AttentionOperation(
                new Attention(q.pixels(), k.pixels(), heads, q.channels / heads), q, k, v, mask, y));
        return y;
    }

    public Value upsample(Value x) {
        Value y = parts.value(2 * x.height, 2 * x.width, x.channels);
        operations.add(new ResampleOperation(true, x, y));
        return y;
    }

    public Value downsample(Value x) {
        Value y = parts.value(x.height / 2, x.width / 2, x.channels);
        operations.add(new ResampleOperation(false, x, y));
        return y;
    }

    /** Sinusoidal embedding of a scalar, or of several, one per pixel, with the given frequencies. */
    public Value timeEmbedding(Value scalar, float[] frequencies, boolean cosineFirst) {
        return timeEmbedding(new TimeEmbedding(frequencies.length, false, cosineFirst), scalar, layout.computed(frequencies));
    }

    /** Fourier embedding of a scalar, whose frequencies are a constant of the checkpoint, once for all uses of the name. */
    public Value fourierEmbedding(String name, Value scalar, int half) {
        return timeEmbedding(new TimeEmbedding(half, true, false), scalar, layout.constant(name, half));
    }

    private Value timeEmbedding(TimeEmbedding embedding, Value scalar, Operation.Block frequencies) {
        Value y = parts.value(scalar.height, scalar.width, embedding.channels());
        operations.add(new TimeEmbeddingOperation(embedding, scalar, y, frequencies));
        return y;
    }

    /** y = x + table[label]. */
    public Value embedding(String name, Value x, Value label, int rows) {
        Value y = parts.value(1, 1, x.channels);
        operations.add(new EmbeddingOperation(rows, x, label, y, layout.table(name + ".weight", rows, x.channels)));
        return y;
    }

    /** y = factor·x + offset. */
    public Value affine(Value x, float factor, float offset) {
        Value y = parts.like(x);
        operations.add(new AffineOperation(factor, offset, x, null, y));
        return y;
    }

    public Value add(Value x, Value addend) {
        Value y = parts.like(x);
        operations.add(new AffineOperation(1, 0, x, addend, y));
        return y;
    }

    /** y = x/divisor, a scalar of the sample. */
    public Value divide(Value x, Value divisor) {
        Value y = parts.like(x);
        operations.add(new DivideOperation(x, divisor, y));
        return y;
    }

    /** A copy of the first channels; the gradient of the others is zero. */
    Value leading(Value x, int channels) {
        Value whole = x.parent() == null ? x : affine(x, 1, 0);
        Value y = parts.value(x.height, x.width, channels);
        operations.add(new LeadingOperation(whole, y));
        return y;
    }

    /**
     * The output of another network as a part of this one, whose further outputs are left out. No name of its parameters may be
     * taken.
     *
     * @param network its {@link Network#describe}
     * @param others its inputs besides x, by name
     */
    public Value part(Function<GraphBuilder, Value> network, Value x, Map<String, Value> others) {
        Map<String, Value> given = new LinkedHashMap<>(others);
        given.put(InputNames.X, x);
        return network.apply(new GraphBuilder(parts, given));
    }

    // ---- values without an operation

    /** Columns of a value. */
    public Value columns(Value x, int from, int count) {
        return parts.columns(x, from, count);
    }

    /**
     * Channels of a, then those of b. Both are moved into the result, so that nothing is copied but inputs, which stay dense, and
     * b where it is a.
     *
     * @throws IllegalArgumentException if one of them is a part of something already
     */
    public Value concat(Value a, Value b) {
        if (a.parent() != null || b.parent() != null) {
            throw new IllegalArgumentException("a value can be a part of one concatenation only");
        }
        Value first = inputs.containsValue(a) ? affine(a, 1, 0) : a;
        Value second = inputs.containsValue(b) || a == b ? affine(b, 1, 0) : b;
        Value y = parts.value(a.height, a.width, a.channels + b.channels);
        first.placeIn(y, 0);
        second.placeIn(y, a.channels);
        return y;
    }
}
