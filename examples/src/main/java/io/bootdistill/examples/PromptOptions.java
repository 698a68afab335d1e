package io.bootdistill.examples;

import static io.bootdistill.examples.Arguments.require;

import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.examples.extractor.EmojiPictures;
import io.bootdistill.examples.ruler.HeldOutPrompts;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What models of prompts are measured on. */
final class PromptOptions {

    @Option(names = "--prompts", paramLabel = "FILE",
            description = "Prompts, of which a tenth is held out, as in training: one in each line of a text, or a column of a"
                    + " .csv, .tsv or .jsonl. Default: those of the first run in --model, the captions of --pictures, or those of the"
                    + " bundled teacher of emoji.")
    private Path prompts;

    @Option(names = "--column", paramLabel = "NAME",
            description = "The column of --prompts. Default: prompt, caption or text.")
    private String column;

    @Option(names = "--pictures", paramLabel = "DIR",
            description = "Captioned pictures of emoji, with metadata.jsonl, for Frechet distances.")
    private Path pictures;

    @Option(names = "--keep", paramLabel = "DIR",
            description = "Where drawn latents are kept, so that no later evaluation draws them again.")
    private Path keep;

    /** Null for none. */
    Path pictures() {
        return pictures;
    }

    /** Null where nothing is kept. */
    Path keep() {
        return keep;
    }

    /** Refuses all, for models that are not measured on prompts. */
    void requireNone(CommandSpec spec, String allowed) {
        require(spec, prompts == null, "--prompts", prompts, allowed);
        require(spec, column == null, "--column", column, allowed);
        require(spec, pictures == null, "--pictures", pictures, allowed);
        require(spec, keep == null, "--keep", keep, allowed);
    }

    /** @param ofRun the prompts of a run; null where none is measured */
    HeldOutPrompts heldOut(CommandSpec spec, ConditionSource.Prompts ofRun) {
        require(spec, prompts != null || column == null, "--column", column, "left out without --prompts");
        if (prompts == null && ofRun == null && pictures != null) {
            return HeldOutPrompts.of(EmojiPictures.read(pictures).captions());
        }
        Path file = prompts == null ? Boot.bundledTextTeacher().resolve("prompts.txt") : prompts;
        ConditionSource.Prompts source = prompts == null && ofRun != null ? ofRun
                : Arguments.prompts(file, column);
        return new HeldOutPrompts(source.heldOutPrompts());
    }
}
