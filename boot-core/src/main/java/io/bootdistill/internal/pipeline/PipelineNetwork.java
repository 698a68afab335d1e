package io.bootdistill.internal.pipeline;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.diffusers.Component;
import io.bootdistill.internal.diffusers.PipelineClass;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.network.Network;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import io.bootdistill.network.dit.Dit;
import io.bootdistill.network.dit.DitConfigReader;
import io.bootdistill.network.text.ClipTextConfig;
import io.bootdistill.network.unet.ConditionalUNet;
import io.bootdistill.network.unet.ConditionalUNetConfig;
import io.bootdistill.network.unet.ConditionalUNetReader;
import io.bootdistill.network.unet.UNetEmbedding.ClassCondition;

/** The network of a pipeline, from its configurations alone. */
final class PipelineNetwork {

    /** Tokens that T5 was given for IF. */
    private static final int IF_TOKENS = 77;

    private PipelineNetwork() {}

    /** The network of a folder, with the inputs of its own that a student has. */
    static Network of(PipelineFolder folder) {
        return StudentMarks.of(folder.marks(), folder.path()).network(ofFormat(folder));
    }

    /** @throws ModelFormatException if it is a student's that has inputs of its own */
    static void requireFormat(PipelineFolder folder) {
        if (!of(folder).equals(ofFormat(folder))) {
            throw new ModelFormatException(folder.path() + " holds a student that is told two times, or the guidance scale in a"
                    + " way of its own; use Student.load");
        }
    }

    /** As the format says; one that reads computed text states is made for as many tokens as the stock pipeline gives it. */
    private static Network ofFormat(PipelineFolder folder) {
        String source = folder.network().folder().resolve("config.json").toString();
        try {
            return ofFormat(folder, source);
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(source + ": " + e.getMessage(), e);
        }
    }

    private static Network ofFormat(PipelineFolder folder, String source) {
        Component component = folder.network();
        String json = component.config().toString();
        if (component.className().equals("UNet2DModel")) {
            return new UNet(UNetConfig.parse(json, source));
        }
        if (!component.className().equals("UNet2DConditionModel")) {
            return new Dit(DitConfigReader.parse(json, source));
        }
        ConditionalUNetConfig config = ConditionalUNetReader.parse(json, source);
        if (config.sample().height() == 0) {
            throw new ModelFormatException(source + ": sample_size is null, must be the size of the latents");
        }
        if (folder.pipeline() == PipelineClass.IF_SUPER_RESOLUTION) {
            return enlarging(config, source);
        }
        return new ConditionalUNet(config, folder.pipeline().readsTextStates() ? IF_TOKENS : clipTokens(folder));
    }

    /** Half of its channels are the smaller picture's, as in the stock pipeline. */
    private static ConditionalUNet enlarging(ConditionalUNetConfig config, String source) {
        int channels = config.sample().inChannels();
        if (channels % 2 != 0 || !(config.embedding().classes() instanceof ClassCondition.Timestep)) {
            throw new ModelFormatException(source + ": in_channels is " + channels + ", the class condition "
                    + config.embedding().classes() + "; a network of super-resolution has an even number, half of which are a"
                    + " picture's, and class_embed_type timestep, for the level of its noise");
        }
        return new ConditionalUNet(config, IF_TOKENS).withImage(channels / 2);
    }

    private static int clipTokens(PipelineFolder folder) {
        Component encoder = folder.component("text_encoder");
        return ClipTextConfig.parse(encoder.config().toString(), encoder.folder().resolve("config.json").toString())
                .maxPositionEmbeddings();
    }
}
