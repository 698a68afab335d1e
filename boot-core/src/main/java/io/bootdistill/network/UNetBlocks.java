package io.bootdistill.network;

import io.bootdistill.device.Activation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The building blocks of a {@link UNet}: residual blocks and attention. */
final class UNetBlocks {

    /** What a residual block does to the resolution. */
    enum Resample {
        NONE,
        DOWN,
        UP
    }

    /** A residual block; {@code scale} divides its sum. */
    record Resnet(String name, int in, int out, Resample resample, float scale) {

        Resnet scaled(float scale) {
            return new Resnet(name, in, out, resample, scale);
        }

        Resnet resampled(Resample resample) {
            return new Resnet(name, in, out, resample, scale);
        }
    }

    private final GraphBuilder graph;
    private final UNetConfig config;

    /** What the embedding gives each residual block: columns of one linear layer that serves all of them. */
    private final Map<String, Value> embeddings = new HashMap<>();

    UNetBlocks(GraphBuilder graph, UNetConfig config, Value embedding, List<Resnet> resnets) {
        this.graph = graph;
        this.config = config;
        List<String> names = resnets.stream().map(resnet -> resnet.name() + ".time_emb_proj").toList();
        int[] widths = resnets.stream().mapToInt(resnet -> resnet.out() * (config.scaleShift() ? 2 : 1)).toArray();
        Value all = graph.linears(names, widths, graph.silu(embedding));
        int column = 0;
        for (int i = 0; i < widths.length; i++) {
            embeddings.put(resnets.get(i).name(), graph.columns(all, column, widths[i]));
            column += widths[i];
        }
    }

    /** conv2(SiLU(norm2(conv1(SiLU(norm1(x))), time))) + x, with a 1×1 shortcut where the channels change. */
    Value resnet(Resnet resnet, Value x) {
        Value e = embeddings.get(resnet.name());
        Value h = norm(resnet.name() + ".norm1", x, null, null);
        Value shortcut = x;
        if (resnet.resample() == Resample.UP) {
            shortcut = graph.upsample(x);
        } else if (resnet.resample() == Resample.DOWN) {
            h = graph.downsample(h);
            shortcut = graph.downsample(x);
        }
        if (resnet.in() != resnet.out()) {
            shortcut = graph.pointwise(resnet.name() + ".conv_shortcut", shortcut, resnet.out());
        }
        if (config.scaleShift()) {
            h = conv1(resnet, h, null);
            Value scale = graph.columns(e, 0, resnet.out());
            Value shift = graph.columns(e, resnet.out(), resnet.out());
            h = norm(resnet.name() + ".norm2", h, scale, shift);
        } else {
            h = conv1(resnet, h, e);
            h = norm(resnet.name() + ".norm2", h, null, null);
        }
        return scaled(graph.conv(resnet.name() + ".conv2", h, resnet.out(), 1, 1, null, shortcut), resnet.scale());
    }

    private Value conv1(Resnet resnet, Value x, @Nullable Value shift) {
        String name = resnet.name() + ".conv1";
        return resnet.resample() == Resample.UP
                ? graph.upsampledConv(name, x, resnet.out(), shift)
                : graph.conv(name, x, resnet.out(), 1, 1, shift, null);
    }

    /** Self-attention over the pixels, added to x. */
    Value attention(String name, Value x) {
        return attention(name, x, config.normNumGroups(), 1);
    }

    /** The same with another normalisation (0 groups: none) and the sum divided by {@code scale}. */
    Value attention(String name, Value x, int groups, float scale) {
        Value h = groups == 0 ? x
                : graph.groupNorm(name + ".group_norm", x, groups, config.normEps(), Activation.NONE, null, null);
        int headSize = config.attentionHeadDim() == 0 ? x.channels : config.attentionHeadDim();
        int heads = x.channels / headSize;
        int inner = heads * headSize;
        Value qkv = graph.linears(
                List.of(name + ".to_q", name + ".to_k", name + ".to_v"), new int[] {inner, inner, inner}, h);
        Value o = graph.attention(
                graph.columns(qkv, 0, inner), graph.columns(qkv, inner, inner), graph.columns(qkv, 2 * inner, inner),
                null, heads);
        return scaled(graph.linear(name + ".to_out.0", o, x.channels, x), scale);
    }

    private Value norm(String name, Value x, @Nullable Value scale, @Nullable Value shift) {
        return graph.groupNorm(name, x, config.normNumGroups(), config.normEps(), Activation.SILU, scale, shift);
    }

    private Value scaled(Value x, float scale) {
        return scale == 1 ? x : graph.affine(x, 1 / scale, 0);
    }
}
