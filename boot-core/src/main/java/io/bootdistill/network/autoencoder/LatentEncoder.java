package io.bootdistill.network.autoencoder;

import static io.bootdistill.internal.file.ConfigCheck.between;

import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.GraphBuilder;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Network;
import io.bootdistill.network.Value;
import java.util.List;

/**
 * Images, in [−1, 1], to what an autoencoder makes of them. Of an {@code AutoencoderKL} these are the moments of the latents:
 * their means, then the logarithms of their variances, to be kept within [−30, 20]; of a {@code VQModel} the latents before
 * they are rounded to codes. Neither is scaled: see {@link LatentScale}. Parameter names are the format's.
 *
 * @param height rows of an image, a multiple of {@link AutoencoderConfig#reduction}, at most 16,384
 * @param width columns of an image, likewise
 */
public record LatentEncoder(AutoencoderConfig config, int height, int width) implements Network {

    /** @throws IllegalArgumentException if the levels cannot halve the size, or it is out of range */
    public LatentEncoder {
        between("height", height, 1, AutoencoderConfig.MOST_PIXELS);
        between("width", width, 1, AutoencoderConfig.MOST_PIXELS);
        if (height % config.reduction() != 0 || width % config.reduction() != 0) {
            throw new IllegalArgumentException("the image is " + height + "×" + width
                    + ", height and width must be multiples of " + config.reduction());
        }
    }

    @Override
    public ImageShape input() {
        return new ImageShape(config.inChannels(), height, width);
    }

    @Override
    public int outputChannels() {
        return config.codebook() == null ? 2 * config.latentChannels() : config.codebook().channels();
    }

    @Override
    public ImageShape output() {
        return new ImageShape(outputChannels(), height / config.reduction(), width / config.reduction());
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
        Value x = graph.conv("encoder.conv_in", graph.x(), config.channels(0));
        for (int i = 0; i < config.levels(); i++) {
            String name = "encoder.down_blocks." + i;
            for (int j = 0; j < config.layersPerBlock(); j++) {
                x = blocks.resnet(name + ".resnets." + j, x, config.channels(i));
            }
            if (i < config.levels() - 1) { // a row and a column of zeros below and to the right alone
                x = graph.conv(name + ".downsamplers.0.conv", x, x.channels(), 2, 0, null, null);
            }
        }
        x = blocks.middle("encoder.mid_block", x);
        int latents = config.codebook() == null ? outputChannels() : config.latentChannels();
        x = blocks.ending("encoder", x, latents);
        return config.useQuantConv() ? graph.pointwise("quant_conv", x, outputChannels()) : x;
    }
}
