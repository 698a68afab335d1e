package io.bootdistill.network.autoencoder;

import io.bootdistill.device.Activation;
import io.bootdistill.network.GraphBuilder;
import io.bootdistill.network.Value;
import java.util.List;

/** What an encoder and a decoder are built of. */
record AutoencoderBlocks(GraphBuilder graph, AutoencoderConfig config) {

    /** Of all norms, whatever the configuration of a denoiser says. */
    private static final float EPSILON = 1e-6f;

    /** conv2(SiLU(norm2(conv1(SiLU(norm1(x)))))) + x, with a 1×1 shortcut where the channels change. */
    Value resnet(String name, Value x, int out) {
        Value shortcut = x.channels() == out ? x : graph.pointwise(name + ".conv_shortcut", x, out);
        Value h = graph.conv(name + ".conv1", norm(name + ".norm1", x, Activation.SILU), out);
        return graph.conv(name + ".conv2", norm(name + ".norm2", h, Activation.SILU), out, 1, 1, null, shortcut);
    }

    /** The coarsest level: residual blocks, and attention of one head between them. */
    Value middle(String name, Value x) {
        Value y = resnet(name + ".resnets.0", x, x.channels());
        if (config.midBlockAddAttention()) {
            y = attention(name + ".attentions.0", y);
        }
        return resnet(name + ".resnets.1", y, x.channels());
    }

    private Value attention(String name, Value x) {
        int c = x.channels();
        Value h = norm(name + ".group_norm", x, Activation.NONE);
        Value qkv = graph.linears(List.of(name + ".to_q", name + ".to_k", name + ".to_v"), new int[] {c, c, c}, h);
        Value o = graph.attention(
                graph.columns(qkv, 0, c), graph.columns(qkv, c, c), graph.columns(qkv, 2 * c, c), null, 1);
        return graph.linear(name + ".to_out.0", o, c, x);
    }

    /** The last layers of an encoder or a decoder. */
    Value ending(String name, Value x, int out) {
        return graph.conv(name + ".conv_out", norm(name + ".conv_norm_out", x, Activation.SILU), out);
    }

    private Value norm(String name, Value x, Activation activation) {
        return graph.groupNorm(name, x, config.normNumGroups(), EPSILON, activation, null, null);
    }
}
