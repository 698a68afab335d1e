package io.bootdistill.network;

import io.bootdistill.device.Activation;
import io.bootdistill.network.ResidualLayers.Resample;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The building blocks of a {@link UNet}: residual blocks and attention. */
final class UNetBlocks {

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
    private final ResidualLayers layers;

    /** What the embedding gives each residual block: columns of one linear layer that serves all of them. */
    private final Map<String, Value> embeddings = new HashMap<>();

    UNetBlocks(GraphBuilder graph, UNetConfig config, Value embedding, List<Resnet> resnets) {
        this.graph = graph;
        this.config = config;
        this.layers = new ResidualLayers(graph, config.normNumGroups(), config.normEps(), Activation.SILU);
        List<String> names = resnets.stream().map(resnet -> resnet.name() + ".time_emb_proj").toList();
        int[] widths = resnets.stream().mapToInt(resnet -> resnet.out() * (config.scaleShift() ? 2 : 1)).toArray();
        Value all = graph.linears(names, widths, graph.silu(embedding));
        int column = 0;
        for (int i = 0; i < widths.length; i++) {
            embeddings.put(resnets.get(i).name(), graph.columns(all, column, widths[i]));
            column += widths[i];
        }
    }

    /** Its sum with the shortcut, divided by the scale. */
    Value resnet(Resnet resnet, Value x) {
        Value e = embeddings.get(resnet.name());
        int out = resnet.out();
        Value scale = config.scaleShift() ? graph.columns(e, 0, out) : null;
        Value shift = config.scaleShift() ? graph.columns(e, out, out) : e;
        return scaled(layers.block(resnet.name(), x, out, resnet.resample(), scale, shift), resnet.scale());
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

    private Value scaled(Value x, float scale) {
        return scale == 1 ? x : graph.affine(x, 1 / scale, 0);
    }
}
