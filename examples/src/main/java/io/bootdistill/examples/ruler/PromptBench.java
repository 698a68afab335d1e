package io.bootdistill.examples.ruler;

import io.bootdistill.Teacher;
import io.bootdistill.metric.Diversity;
import io.bootdistill.metric.PairedError;
import java.io.IOException;
import java.nio.file.Path;

/** Measures models that draw from prompts, each on the same held-out prompts and noises. */
public final class PromptBench {

    private final Teacher teacher;
    private final PromptRuler ruler;
    private final KeptLatents kept;
    private final int count;

    /** Latents and the pictures that they are decoded to, in [−1, 1]. */
    public record Drawn(float[] latents, float[] pictures) {}

    /**
     * @param teacher that decodes the latents of all models; not closed
     * @param count pictures of a model, at least 2
     * @param ruler of what pictures show; null where nothing knows. Not closed
     * @param keep folder of latents that need not be drawn again; null for none
     */
    public PromptBench(Teacher teacher, HeldOutPrompts prompts, int count, PromptRuler ruler, Path keep) {
        this.teacher = teacher;
        this.count = count;
        this.ruler = ruler;
        kept = new KeptLatents(keep, prompts, teacher.shape());
    }

    /**
     * What a model draws, or has drawn before.
     *
     * @param name that tells it from all others whose latents are kept
     */
    public Drawn draw(String name, PromptModel model, HeldOutSamples.Progress progress) throws IOException {
        float[] latents = kept.of(name, model, count, progress);
        return new Drawn(latents, PairedError.clamp(teacher.pixels(teacher.shape(), latents)));
    }

    /** Measures what a model drew beside what the reference drew. */
    public PromptRow measure(Drawn drawn, Drawn reference) {
        float[] classes = kept.prompts().classes(count);
        return new PromptRow(
                PairedError.rmse(drawn.latents(), reference.latents()),
                PairedError.rmse(drawn.pictures(), reference.pictures()),
                Diversity.ratio(drawn.pictures(), reference.pictures(), classes),
                Diversity.perClass(drawn.pictures(), reference.pictures(), classes).values().stream()
                        .mapToDouble(Double::doubleValue).min().orElse(Double.NaN),
                ruler == null ? PromptRuler.PromptFigures.UNKNOWN
                        : ruler.measure(drawn.pictures(), kept.prompts().prompts(0, count)));
    }
}
