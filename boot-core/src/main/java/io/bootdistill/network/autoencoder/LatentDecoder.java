package io.bootdistill.network.autoencoder;

import static io.bootdistill.internal.file.ConfigCheck.between;

import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.GraphBuilder;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Network;
import io.bootdistill.network.Value;
import java.util.List;

/**
 * Latents, as a diffusion network makes them, to images, nominally in [−1, 1] and not clamped. The latents are scaled first,
 * see {@link LatentScale}, then rounded to codes where there are some. Parameter names are the format's.
 *
 * @param height rows of the latents, at least 1; an image has {@link AutoencoderConfig#reduction} times as many, at most 16,384
 * @param width columns of the latents, likewise
 * @param rounded whether a {@code VQModel} rounds latents to the nearest codes, as it should; of no meaning without codes
 */
public record LatentDecoder(AutoencoderConfig config, int height, int width, boolean rounded) implements Network {

    /** @throws IllegalArgumentException if the size is out of range */
    public LatentDecoder {
        between("height", height, 1, AutoencoderConfig.MOST_PIXELS / config.reduction());
        between("width", width, 1, AutoencoderConfig.MOST_PIXELS / config.reduction());
    }

    /** The decoder as it should be. */
    public LatentDecoder(AutoencoderConfig config, int height, int width) {
        this(config, height, width, true);
    }

    @Override
    public ImageShape input() {
        return new ImageShape(config.diffusedChannels(), height, width);
    }

    @Override
    public int outputChannels() {
        return config.outChannels();
    }

    @Override
    public ImageShape output() {
        return new ImageShape(outputChannels(), height * config.reduction(), width * config.reduction());
    }

    @Override
    public List<String> scalars() {
        return List.of();
    }

    @Override
    public ConditionShape condition() {
        return new ConditionShape.None();
    }

    @Override
    public Value describe(GraphBuilder graph) {
        AutoencoderBlocks blocks = new AutoencoderBlocks(graph, config);
        Value x = unscaled(graph);
        if (config.codebook() != null && rounded) {
            x = graph.tokens().nearestCode("quantize.embedding", x, config.codebook().codes());
        }
        if (config.usePostQuantConv()) {
            x = graph.pointwise("post_quant_conv", x, config.latentChannels());
        }
        int levels = config.levels();
        x = graph.conv("decoder.conv_in", x, config.channels(levels - 1));
        x = blocks.middle("decoder.mid_block", x);
        for (int i = 0; i < levels; i++) {
            String name = "decoder.up_blocks." + i;
            for (int j = 0; j <= config.layersPerBlock(); j++) {
                x = blocks.resnet(name + ".resnets." + j, x, config.channels(levels - 1 - i));
            }
            if (i < levels - 1) {
                x = graph.upsampledConv(name + ".upsamplers.0.conv", x, x.channels(), null);
            }
        }
        return blocks.ending("decoder", x, config.outChannels());
    }

    /** The latents as the encoder made them. */
    private Value unscaled(GraphBuilder graph) {
        LatentScale scale = config.scale();
        Value x = graph.x();
        if (scale.means().isEmpty()) {
            return graph.affine(x, (float) scale.multiplier(0), (float) scale.offset(0));
        }
        Value all = null;
        for (int c = 0; c < x.channels(); c++) {
            Value channel =
                    graph.affine(graph.columns(x, c, 1), (float) scale.multiplier(c), (float) scale.offset(c));
            all = all == null ? channel : graph.concat(all, channel);
        }
        return all;
    }
}
