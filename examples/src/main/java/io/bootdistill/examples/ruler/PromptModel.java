package io.bootdistill.examples.ruler;

import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.FewSteps;
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
     * A student.
     *
     * @param guidance the scale w, one that it was distilled for
     * @param steps network calls
     * @param sampler of a student that denoises; null for its own
     */
    static PromptModel of(Student student, double guidance, int steps, FewSteps sampler) {
        return (prompts, seeds) -> student.latents(
                DrawRequest.ofPrompts(prompts).withSeeds(seeds).withGuidance(guidance).withSteps(steps).withSampler(sampler));
    }

    /** What students of a teacher are compared with: even steps from the signal that is left at t_max. */
    static PromptModel reference(Teacher teacher, int steps, PromptGuidance guidance) {
        return (prompts, seeds) -> teacher.latents(
                guidance.reference(DrawRequest.ofPrompts(prompts).withSeeds(seeds).withSteps(steps)), null);
    }

    /** A teacher's steps on the times that its scheduler places, from the noise itself. */
    static PromptModel of(Teacher teacher, int steps, PromptGuidance guidance) {
        return (prompts, seeds) -> teacher.latents(
                guidance.addedTo(DrawRequest.ofPrompts(prompts).withSeeds(seeds).withSteps(steps)), null);
    }
}
