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

/** The network that denoises in a pipeline, from its configuration alone. */
final class PipelineNetwork {

    private static final int TOKENS_OF_T5 = 77; // what it was given for IF

    private PipelineNetwork() {}

    /** With the inputs of its own that a student has. */
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

    /** As the format says. */
    private static Network ofFormat(PipelineFolder folder) {
        Component component = folder.network();
        String json = component.config().toString();
        String source = component.folder().resolve("config.json").toString();
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
        boolean isClip = folder.has("text_encoder") && folder.pipeline() != PipelineClass.IF
                && folder.pipeline() != PipelineClass.IF_SUPER_RESOLUTION;
        int tokens = !isClip ? TOKENS_OF_T5 : ClipTextConfig.parse(folder.component("text_encoder").config().toString(),
                folder.component("text_encoder").folder().resolve("config.json").toString()).maxPositionEmbeddings();
        return new ConditionalUNet(config, tokens);
    }
}
