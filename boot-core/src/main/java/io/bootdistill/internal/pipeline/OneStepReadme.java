package io.bootdistill.internal.pipeline;

import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.internal.diffusers.PipelineClass;
import io.bootdistill.internal.diffusers.PipelineFolder;
import org.jspecify.annotations.Nullable;

/** What a folder of a one-step model says of itself: how the stock pipeline is called, whose defaults are those of many steps. */
final class OneStepReadme {

    private OneStepReadme() {}

    /**
     * @param source the folder that it was made from
     * @param told whether the network is told the guidance scale
     * @param passed whether the pipeline passes all that the network is told, and takes its scheduler
     * @param fewSteps how it takes several steps; null for one step
     */
    static String text(PipelineFolder source, boolean told, boolean passed, @Nullable FewSteps fewSteps) {
        String scale = source.pipeline() == PipelineClass.LDM ? "" : told ? ", guidance_scale=W" : ", guidance_scale=1";
        String use = passed ? """
                Its pipeline's defaults are those of many steps: say

                    pipe(%snum_inference_steps=1%s)

                %s%s.""".formatted(inputs(source), scale, fewSteps == null ? "" : "or 2 or 4 steps, ",
                        told ? "with the scale W that is wanted: the network is told it"
                                : "without guidance: it is in the network already")
                : "No pipeline draws with it: it has inputs that they do not pass, or steps that its own does not take."
                + " Student.load of BootDistill does.";
        return """
                # A %s model

                This folder holds a network that makes a picture in one call%s. %s What the README of the model that it was made
                from says, its licence and its terms of use included, holds for this one, too: see README-teacher.md and the files
                beside it. No safety checker looks at what it draws, unless this folder holds one.
                """.formatted(fewSteps == null ? "one-step" : "few-step", fewSteps == null ? "" : " or a few", use);
    }

    /** What the pipeline is called with. */
    private static String inputs(PipelineFolder source) {
        if (source.pipeline() == PipelineClass.DIT) {
            return "class_labels, ";
        }
        if (!source.pipeline().readsTextStates()) {
            return source.has("tokenizer") ? "prompt, " : "";
        }
        return (source.has("text_encoder") ? "prompt, " : "prompt_embeds=states, ")
                + (source.pipeline() == PipelineClass.IF_SUPER_RESOLUTION ? "image=picture, noise_level=250, " : "");
    }
}
