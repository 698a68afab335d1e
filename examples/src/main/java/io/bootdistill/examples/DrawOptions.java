package io.bootdistill.examples;

import static io.bootdistill.examples.Arguments.require;

import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.internal.diffusers.ClassNames;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.network.ConditionShape;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What a whole pipeline is asked to draw: prompts or classes, and their pictures' size. */
final class DrawOptions {

    @Option(names = "--prompt", paramLabel = "TEXT", description = "What a pipeline is to draw; may be repeated.")
    private List<String> prompts;

    @Option(names = "--negative", paramLabel = "TEXT",
            description = "What a teacher's guidance leads away from. Default: the empty prompt.")
    private String negative;

    @Option(names = "--size", paramLabel = "WxH", description = "Pixels of a pipeline's pictures. Default: the network's size.")
    private String size;

    @Option(names = "--latents",
            description = "Writes what a pipeline's network denoises, not decoded, to a file that ends in .safetensors.")
    private boolean latents;

    boolean latents() {
        return latents;
    }

    /** The first prompt; null for none. */
    String prompt() {
        return prompts == null ? null : prompts.get(0);
    }

    /** All prompts; null for none. */
    List<String> prompts() {
        return prompts;
    }

    /** Whether a folder holds a pipeline that draws from prompts. */
    static boolean readsPrompts(Path folder) {
        return PipelineFolder.isWhole(folder) && PipelineFolder.open(folder).pipeline().readsPrompts();
    }

    /** Before anything large is read: prompts for a model that draws from prompts, and for none else. */
    void requireFit(CommandSpec spec, Path model, boolean student, List<String> labels) {
        if (!PipelineFolder.isWhole(model)) {
            requireNone(spec);
            return;
        }
        if (PipelineFolder.open(model).pipeline().readsPrompts()) {
            require(spec, labels == null, "--labels", labels, "left out: this model draws from prompts; see --prompt");
            require(spec, prompts != null, "--prompt", "missing", "given: this model draws from prompts");
        } else {
            require(spec, prompts == null, "--prompt", prompts, "left out: this model reads no prompts; see --labels");
            require(spec, negative == null, "--negative", negative, "left out: this model reads no prompts");
        }
        require(spec, !student || negative == null, "--negative", negative, "left out: what guidance leads away from became part of"
                + " the student when it was distilled; see boot distill --negative");
    }

    /** Refuses what pictures are to be like. */
    void requirePlain(CommandSpec spec, String allowed) {
        require(spec, !latents, "--latents", true, allowed + ": what is drawn is pictures");
        require(spec, size == null, "--size", size, allowed + ": its pictures have one size");
    }

    private void requireNone(CommandSpec spec) {
        require(spec, prompts == null, "--prompt", prompts, "left out: this model reads no prompts; see --labels");
        require(spec, negative == null, "--negative", negative, "left out: this model reads no prompts");
        require(spec, !latents, "--latents", true, "left out: this model has no autoencoder");
        require(spec, size == null, "--size", size, "left out: this model has one size");
    }

    /**
     * The request for pictures of each prompt or class, or of nothing.
     *
     * @param each pictures of each
     * @param noise that they start from, null where seeds are given
     */
    DrawRequest request(CommandSpec spec, Artist artist, PipelineFolder model, List<String> labels, int each, float[] noise) {
        DrawRequest request;
        if (prompts != null) {
            request = DrawRequest.ofPrompts(prompts).withCount(each);
        } else if (artist.condition() instanceof ConditionShape.Label label) {
            int[] numbers = labels == null ? new int[] {0}
                    : labels.stream().mapToInt(name -> number(spec, name, label.count() - 1, model)).toArray();
            request = DrawRequest.ofLabels(numbers).withCount(each);
        } else {
            require(spec, labels == null, "--labels", labels, "left out: this model has no classes");
            request = DrawRequest.ofCount(noise == null ? each : noise.length / artist.shape().size());
        }
        request = negative == null ? request : request.withNegative(negative);
        if (size == null) {
            return request;
        }
        require(spec, noise == null, "--size", size, "left out with --noise");
        require(spec, size.matches("\\d{1,5}x\\d{1,5}"), "--size", size, "width and height, as 512x768");
        int x = size.indexOf('x');
        return request.withSize(Integer.parseInt(size.substring(0, x)), Integer.parseInt(size.substring(x + 1)));
    }

    /** A label, by its number or by a name. */
    private static int number(CommandSpec spec, String label, int most, PipelineFolder model) {
        if (!label.matches("\\d{1,9}")) {
            return new ClassNames(model.index(), model.path().resolve(PipelineFolder.MODEL_INDEX).toString()).number(label);
        }
        require(spec, Integer.parseInt(label) <= most, "--labels", label, "0 … " + most);
        return Integer.parseInt(label);
    }
}
