package io.bootdistill.examples.ruler;

import io.bootdistill.Student;
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

    /** A student's one step. */
    static PromptModel of(Student student) {
        return (prompts, seeds) -> student.latents(DrawRequest.ofPrompts(prompts).withSeeds(seeds));
    }

    /**
     * What students of a teacher are compared with: even steps from the signal that is left at t_max.
     *
     * @param guidance the scale w; 1 for none
     */
    static PromptModel reference(Teacher teacher, int steps, double guidance) {
        return (prompts, seeds) -> teacher.latents(DrawRequest.ofPrompts(prompts).withSeeds(seeds).withSteps(steps)
                .withGuidance(guidance).asReference(), null);
    }

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
