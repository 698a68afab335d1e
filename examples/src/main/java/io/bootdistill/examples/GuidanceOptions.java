package io.bootdistill.examples;

import io.bootdistill.Teacher;
import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.diffusion.ConditionSource.Prompts;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.GuidanceRange;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a student is conditioned on, and the guidance that is distilled into it. */
final class GuidanceOptions {

    @Option(names = "--prompts", paramLabel = "FILE",
            description = "Prompts to train on, for a teacher that reads them: one in each line of a text, or a column of a .csv, .tsv"
                    + " or .jsonl. A tenth is held out, to be measured on.")
    private Path prompts;

    @Option(names = "--column", paramLabel = "NAME",
            description = "The column of --prompts. Default: prompt, caption or text.")
    private String column;

    @Option(names = "--guidance", paramLabel = "W",
            description = "Classifier-free guidance to distil into the student: a scale, or a range as 1:4 for a student that is told"
                    + " the scale when it is sampled. Default: the usual one of a teacher that reads prompts; 1, none, of others.")
    private String guidance;

    @Option(names = "--guidance-interval", paramLabel = "A:B",
            description = "Guide between these times alone, of 0 (no noise) to 1. Default: 0:1, always; of prompts 0:0.9.")
    private String interval;

    @Option(names = "--guidance-rescale", paramLabel = "R",
            description = "Take back so much, 0 to 1, of what guidance adds to the contrast of a prediction. Default: 0.")
    private Double rescale;

    @Option(names = "--negative", paramLabel = "TEXT",
            description = "A prompt, or the number of a label, that guidance leads away from; it becomes part of the student."
                    + " Default: none, or the null label.")
    private String negative;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** Refuses what does not fit the teacher, before its weights are read. */
    void require(Path teacher) {
        boolean reads = DrawOptions.readsPrompts(teacher);
        Arguments.require(spec, !reads || prompts != null, "--prompts", "missing",
                "given for this teacher, which reads prompts: a file with one in each line");
        Arguments.require(spec, reads || prompts == null, "--prompts", prompts, "left out: this teacher reads no prompts");
        Arguments.require(spec, prompts != null || column == null, "--column", column, "left out without --prompts");
    }

    /** Where the conditions come from; null for the teacher's labels. */
    Prompts source() {
        if (prompts == null) {
            return null;
        }
        Prompts source = Arguments.prompts(prompts, column);
        return negative == null ? source : source.withNegative(negative);
    }

    /**
     * What was given, and else the default.
     *
     * @param isRecipe whether the default is a recipe's, which stands where nothing is said
     */
    GuidanceConfig config(GuidanceConfig byDefault, boolean isRecipe, Teacher teacher) {
        GuidanceConfig config = byDefault;
        if (guidance != null) {
            double[] ends = ends("--guidance", guidance);
            boolean valid = ends[0] >= 0 && Double.isFinite(ends[1]) && (ends[1] > ends[0] || !guidance.contains(":"));
            Arguments.require(spec, valid, "--guidance", guidance, "a scale of at least 0, or a lower and a higher as in 1:4");
            config = config.withRange(new GuidanceRange(ends[0], ends[1]));
        } else if (teacher.readsPrompts() && !isRecipe) {
            config = config.withRange(new GuidanceRange(teacher.usualGuidance(), teacher.usualGuidance()));
        }
        if (interval != null) {
            double[] ends = ends("--guidance-interval", interval);
            boolean valid = ends[0] >= 0 && ends[0] < ends[1] && ends[1] <= 1;
            Arguments.require(spec, valid, "--guidance-interval", interval, "two times in [0, 1], the lower first, as in 0.2:0.9");
            config = config.withInterval(new GuidanceInterval(ends[0], ends[1]));
        }
        if (rescale != null) {
            Arguments.require(spec, rescale >= 0 && rescale <= 1, "--guidance-rescale", rescale, "in [0, 1]");
            config = config.withRescale(rescale);
        }
        if (negative != null && prompts == null) {
            Arguments.require(spec, negative.matches("\\d{1,9}"), "--negative", negative, "a label, for this teacher");
            config = config.withNegativeLabel(Integer.parseInt(negative));
        }
        return config;
    }

    /** The two numbers of A:B; of A alone, that twice. */
    private double[] ends(String option, String text) {
        String[] parts = text.split(":", 2);
        try {
            double least = Double.parseDouble(parts[0]);
            return new double[] {least, parts.length == 1 ? least : Double.parseDouble(parts[1])};
        } catch (NumberFormatException e) {
            throw new ParameterException(
                    spec.commandLine(), option + " is " + text + ", must be a number, or two as in 1:4", e);
        }
    }
}
