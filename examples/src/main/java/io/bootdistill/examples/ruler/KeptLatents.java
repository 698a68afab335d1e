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
import java.util.Locale;

/**
 * Latents that models drew for held-out prompts, in files of so many pictures: what was drawn once is read again, by a command that
 * goes on after it was stopped, and by one that compares another model with it.
 *
 * @param folder of the files; null where nothing is kept
 */
public record KeptLatents(Path folder, HeldOutPrompts prompts, ImageShape shape) {

    /** Pictures of a file, which are drawn at a time. */
    static final int PORTION = 50;

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
            int to = Math.min(count, from + PORTION);
            FloatBuffer into = FloatBuffer.wrap(all, from * shape.size(), (to - from) * shape.size());
            Path file = folder == null ? null : folder.resolve(name).resolve(String.format(Locale.ROOT, "%05d.safetensors", from));
            if (file == null || !Files.exists(file) || !read(file, from, to - from, into)) {
                float[] drawn = model.latents(prompts.prompts(from, to), HeldOutPrompts.seeds(from, to));
                into.put(drawn);
                if (file != null) {
                    write(file, from, to - from, drawn);
                }
            }
            progress.sampled(to, count);
        }
        return all;
    }

    private void write(Path file, int from, int count, float[] latents) throws IOException {
        Files.createDirectories(file.getParent());
        new SafetensorsWriter()
                .metadata(PROMPTS, text(from, count))
                .add(NAME, new int[] {count, shape.channels(), shape.height(), shape.width()}, latents)
                .write(file);
    }

    /** @return whether the file has as many */
    private boolean read(Path path, int from, int count, FloatBuffer into) {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            int[] found = file.shape(NAME);
            int kept = found.length == 4 ? found[0] : count;
            file.requireShape(NAME, new int[] {kept, shape.channels(), shape.height(), shape.width()});
            if (!text(from, kept).equals(file.metadata().get(PROMPTS))) {
                throw new ModelFormatException(path + " was drawn of other prompts; give another folder");
            }
            if (kept < count) {
                return false;
            }
            file.readFinite(NAME, 0, into);
            return true;
        }
    }

    /** The prompts of pictures, one in each line. */
    private String text(int from, int count) {
        return String.join("\n", prompts.prompts(from, from + count));
    }
}
