package io.bootdistill.examples.ruler;

import io.bootdistill.Teacher;
import io.bootdistill.diffusion.DrawRequest;
import java.util.List;

/** A model that draws from prompts: what is measured. Its latents are those of the teacher's autoencoder. */
@FunctionalInterface
public interface PromptModel {

    /**
     * Draws latents.
     *
     * @param prompts one for each picture
     * @param seeds of the noise of each
     * @return [n][channels][height][width]
     */
    float[] latents(List<String> prompts, long[] seeds);

    /**
     * A teacher's steps on the times that its scheduler places, from the noise itself.
     *
     * @param guidance the scale w; 1 for none
     */
    static PromptModel of(Teacher teacher, int steps, double guidance) {
        return (prompts, seeds) -> teacher.latents(
                DrawRequest.ofPrompts(prompts).withSeeds(seeds).withSteps(steps).withGuidance(guidance), null);
    }
}
