package io.bootdistill.examples.ruler;

import io.bootdistill.device.Device;
import io.bootdistill.examples.extractor.Autoencoder;
import io.bootdistill.examples.extractor.EmojiPictures;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.metric.Diversity;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Measures models that draw from prompts, each on the same held-out prompts and noises, and keeps their latents. */
final class PromptBench implements AutoCloseable {

    private final Scope scope = new Scope();
    private final Autoencoder autoencoder;
    private final PromptRuler ruler;
    private final KeptLatents kept;
    private final int count;

    /** Latents and the pictures that they are decoded to. */
    record Drawn(float[] latents, float[] pictures) {}

    /**
     * @param teacher folder with the autoencoder of all models
     * @param pictures folder of captioned ones
     * @param output folder of the latents and of tables
     * @param count pictures of a model, at least 2
     * @throws io.bootdistill.error.ModelFormatException if a file is missing, damaged or holds something else
     */
    PromptBench(Path teacher, Path pictures, Path extractor, Path output, int count, Device device) {
        this.count = count;
        HeldOutPrompts prompts = HeldOutPrompts.of(EmojiPictures.read(pictures).captions());
        try {
            autoencoder = scope.own(new Autoencoder(teacher, EmojiPictures.SHAPE, device));
            ruler = scope.own(new PromptRuler(extractor, pictures, device));
            kept = new KeptLatents(output, prompts, autoencoder.latents());
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /** The shape of the latents of a picture. */
    ImageShape latents() {
        return kept.shape();
    }

    /** What a model draws, or has drawn before under this name. */
    Drawn draw(String name, PromptModel model) throws IOException {
        float[] latents = kept.of(name, model, count, (done, total) ->
                System.err.print("\r" + name + ": " + done + " of " + total + (done == total ? "\n" : "")));
        return new Drawn(latents, autoencoder.decode(latents));
    }

    /** Measures what a model drew beside what the reference drew. */
    PromptRow measure(String name, Drawn drawn, Drawn reference) {
        float[] classes = kept.prompts().classes(count);
        return new PromptRow(
                name, count, PairedError.rmse(drawn.latents(), reference.latents()),
                PairedError.rmse(drawn.pictures(), reference.pictures()),
                Diversity.ratio(drawn.pictures(), reference.pictures(), classes),
                Diversity.perClass(drawn.pictures(), reference.pictures(), classes).values().stream()
                        .mapToDouble(Double::doubleValue).min().orElse(Double.NaN),
                ruler.measure(drawn.pictures(), kept.prompts().prompts(0, count)));
    }

    /** Writes a table into the output folder. */
    void write(String name, List<PromptRow> rows) throws IOException {
        List<String> lines = new ArrayList<>(List.of(PromptRow.HEADER));
        rows.forEach(row -> lines.add(row.csv()));
        AtomicFiles.writeFile(kept.folder().resolve(name), temporary -> Files.write(temporary, lines));
    }

    @Override
    public void close() {
        scope.close();
    }
}
