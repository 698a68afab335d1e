package io.bootdistill.network.unet;

import io.bootdistill.network.GraphBuilder;
import io.bootdistill.network.ResidualLayers;
import io.bootdistill.network.Value;
import io.bootdistill.network.unet.UNetStages.Resnet;
import io.bootdistill.network.unet.UNetStages.Stage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The layers of the blocks of a {@link ConditionalUNet}. */
final class UNetLayers {

    private final GraphBuilder graph;
    private final ConditionalUNetConfig.Residual config;
    private final ResidualLayers residual;
    private final TextAttentionLayers attention;

    /** What the embedding gives each residual block: columns of one linear layer that serves many of them. */
    private final Map<String, Value> embeddings = new HashMap<>();

    UNetLayers(
            GraphBuilder graph, ConditionalUNetConfig.Residual config, TextAttentionLayers attention, Value embedding,
            List<Resnet> resnets) {
        this.graph = graph;
        this.config = config;
        this.residual = new ResidualLayers(graph, config.groups(), config.epsilon(), config.activation());
        this.attention = attention;
        List<Resnet> plain = resnets.stream().filter(Resnet::plainTime).toList();
        List<Resnet> activated = resnets.stream().filter(resnet -> !resnet.plainTime()).toList();
        if (!plain.isEmpty()) {
            embed(plain, embedding);
        }
        if (!activated.isEmpty()) {
            embed(activated, graph.transformer().activation(config.activation(), embedding));
        }
    }

    private void embed(List<Resnet> resnets, Value embedding) {
        int[] widths = resnets.stream().mapToInt(resnet -> resnet.out() * (config.scaleShift() ? 2 : 1)).toArray();
        Value all = graph.linears(
                resnets.stream().map(resnet -> resnet.name() + ".time_emb_proj").toList(), widths, embedding);
        int column = 0;
        for (int i = 0; i < widths.length; i++) {
            embeddings.put(resnets.get(i).name(), graph.columns(all, column, widths[i]));
            column += widths[i];
        }
    }

    /** Layer j of a block on the way down or up: a residual block, and an attention where the block has any. */
    Value layer(Stage stage, int j, Value x) {
        return attention(stage, j, resnet(stage.resnets().get(j), x));
    }

    /** The middle: residual blocks with an attention between two of them. */
    Value middle(Stage stage, Value x) {
        for (int j = 0; j < stage.resnets().size(); j++) {
            x = resnet(stage.resnets().get(j), j == 0 ? x : attention(stage, j - 1, x));
        }
        return x;
    }

    private Value attention(Stage stage, int j, Value x) {
        String name = stage.name() + ".attentions." + j;
        return switch (stage.block()) {
            case PLAIN, RESNET -> x;
            case CROSS_ATTENTION -> attention.transformer(
                    name, x, stage.headDim(), stage.depths().get(j), stage.onlyCrossAttention());
            case SIMPLE_CROSS_ATTENTION -> attention.simple(name, x, stage.headDim(), stage.onlyCrossAttention());
        };
    }

    /** What follows the layers of a block on the way down: the half of the resolution. */
    Value halved(Stage stage, Value x) {
        return stage.sampler() != null
                ? resnet(stage.sampler(), x)
                : graph.conv(stage.name() + ".downsamplers.0.conv", x, x.channels(), 2, config.downsamplePadding(), null, null);
    }

    /** What follows the layers of a block on the way up: twice the resolution. */
    Value doubled(Stage stage, Value x) {
        return stage.sampler() != null
                ? resnet(stage.sampler(), x)
                : graph.upsampledConv(stage.name() + ".upsamplers.0.conv", x, x.channels(), null);
    }

    private Value resnet(Resnet resnet, Value x) {
        Value e = embeddings.get(resnet.name());
        int out = resnet.out();
        @Nullable Value scale = config.scaleShift() ? graph.columns(e, 0, out) : null;
        Value shift = config.scaleShift() ? graph.columns(e, out, out) : e;
        Value y = residual.block(resnet.name(), x, out, resnet.resample(), scale, shift);
        return resnet.factor() == 1 ? y : graph.affine(y, 1 / resnet.factor(), 0);
    }

    /** The last normalisation and activation. */
    Value last(Value x) {
        return graph.groupNorm(
                "conv_norm_out", x, config.groups(), config.epsilon(), config.activation(), null, null);
    }
}
