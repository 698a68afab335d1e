package io.bootdistill.examples;

import static io.bootdistill.examples.Arguments.require;

import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.network.ImageShape;
import java.nio.file.Path;
import java.util.Arrays;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What models of several stages, as DeepFloyd IF, are given besides prompts and labels: text states, pictures, a stage before. */
final class StageInputs {

    private static final String SAMPLE = "sample";

    @Option(names = "--text-states", paramLabel = "FILE",
            description = "A .safetensors file with what a T5 encoder has made of the prompts: \"states\" (N x T x C), \"mask\""
                    + " (N x T), and the prompts. Default: text_states.safetensors in the model's folder.")
    private Path textStates;

    @Option(names = "--images", paramLabel = "FILE",
            description = "What a model of super-resolution enlarges: a .safetensors file that this command has written from the"
                    + " stage before it, with a picture for each prompt or for each one that is drawn.")
    private Path images;

    @Option(names = "--noise-level", paramLabel = "L",
            description = "The step of the noise that such pictures are given first, 0 for the least. Default: 250.")
    private Integer noiseLevel;

    @Option(names = "--cascade", paramLabel = "DIR",
            description = "The student of the stage before, which draws what the model, a student too, then enlarges; labels and"
                    + " prompts are for both.")
    private Path cascade;

    /** The student of the stage before; null for none. */
    Path cascade() {
        return cascade;
    }

    /** Null where the file of the model's folder is meant. */
    Path textStates() {
        return textStates;
    }

    /** Refuses the text states of a model that is given none. */
    void requireNoStates(CommandSpec spec) {
        require(spec, textStates == null, "--text-states", textStates, "left out: this model reads no prompts");
    }

    /** Refuses pictures for a model that enlarges none. */
    void requireNone(CommandSpec spec) {
        require(spec, images == null, "--images", images, "left out: this model enlarges no pictures");
        require(spec, noiseLevel == null, "--noise-level", noiseLevel, "left out: this model enlarges no pictures");
    }

    /** A request with what is given. */
    DrawRequest addedTo(DrawRequest request, CommandSpec spec) {
        DrawRequest added = images == null ? request : withImages(request);
        if (noiseLevel == null) {
            return added;
        }
        require(spec, noiseLevel >= 0, "--noise-level", noiseLevel, "at least 0");
        return added.withNoiseLevel(noiseLevel);
    }

    private DrawRequest withImages(DrawRequest request) {
        try (SafetensorsFile file = SafetensorsFile.open(images)) {
            int[] shape = file.shape(SAMPLE);
            if (shape.length != 4 || Arrays.stream(shape).anyMatch(size -> size == 0) || !file.dtype(SAMPLE).isFloating()) {
                throw new Failure(images + ": tensor " + SAMPLE + " is " + file.dtype(SAMPLE) + " " + Arrays.toString(shape)
                        + ", must be numbers with a fraction, [N, C, H, W]");
            }
            file.requireFinite();
            DrawRequest each = request.prompts().isEmpty() && shape[0] > 1 ? request.withCount(shape[0]) : request;
            return each.withImages(new ImageShape(shape[1], shape[2], shape[3]), file.floats(SAMPLE));
        }
    }
}
