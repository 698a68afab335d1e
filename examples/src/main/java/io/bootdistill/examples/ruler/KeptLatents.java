package io.bootdistill.examples.ruler;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.examples.ruler.HeldOutSamples.Progress;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Latents that models drew for held-out prompts, in files of so many pictures: what was drawn once is read again, by a program that
 * goes on after it was stopped, and by those that compare another model with it.
 *
 * @param folder of one teacher's
 */
public record KeptLatents(Path folder, HeldOutPrompts prompts, ImageShape shape) {

    /** Pictures of a file. */
    static final int PORTION = 250;

    private static final String NAME = "latents";
    private static final String PROMPTS = "prompts";

    /**
     * The latents of the first pictures of a model.
     *
     * @param name of the model, which its files are called by
     * @return [count][channels][height][width]
     * @throws IOException if what was drawn cannot be written
     * @throws ModelFormatException if a file is damaged or was drawn of other prompts
     */
    public float[] of(String name, PromptModel model, int count, Progress progress) throws IOException {
        float[] all = new float[Math.multiplyExact(count, shape.size())];
        for (int from = 0; from < count; from += PORTION) {
            Path file = folder.resolve(name).resolve(String.format("%05d.safetensors", from));
            if (!Files.exists(file)) {
                draw(file, model, from);
            }
            read(file, from, FloatBuffer.wrap(all, from * shape.size(), Math.min(PORTION, count - from) * shape.size()));
            progress.sampled(Math.min(count, from + PORTION), count);
        }
        return all;
    }

    private void draw(Path file, PromptModel model, int from) throws IOException {
        List<String> drawn = prompts.prompts(from, from + PORTION);
        float[] latents = model.latents(drawn, HeldOutPrompts.seeds(from, from + PORTION));
        Files.createDirectories(file.getParent());
        new SafetensorsWriter()
                .metadata(PROMPTS, String.join("\n", drawn))
                .add(NAME, new int[] {PORTION, shape.channels(), shape.height(), shape.width()}, latents)
                .write(file);
    }

    private void read(Path path, int from, FloatBuffer into) {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            file.requireShape(NAME, new int[] {PORTION, shape.channels(), shape.height(), shape.width()});
            String drawn = String.join("\n", prompts.prompts(from, from + PORTION));
            if (!drawn.equals(file.metadata().get(PROMPTS))) {
                throw new ModelFormatException(path + " was drawn of other prompts; give another folder");
            }
            file.readFinite(NAME, 0, into);
        }
    }
}
