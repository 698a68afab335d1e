package io.bootdistill.examples;

import static io.bootdistill.examples.Arguments.require;

import io.bootdistill.examples.extractor.FashionMnist;
import io.bootdistill.examples.ruler.Ruler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boot evaluate}: how good models of 16×16 Fashion-MNIST are, or models that draw from prompts. */
@Command(
        name = "evaluate",
        header = "Measures students and teachers: of 16x16 Fashion-MNIST, or of prompts.",
        customSynopsis = {
            "Usage: boot evaluate --model DIR[,DIR...] [--teacher DIR] [--steps 1,4,10,50] [--sampler S]",
            "                     [--guidance W] [--images DIR] [--extractor DIR] [--count N]",
            "       boot evaluate --model DIR[,DIR...] [--teacher DIR] [--steps 1,4,10,50] [--sampler S]",
            "                     [--guidance W,W] [--prompts FILE] [--column NAME] [--pictures DIR]",
            "                     [--extractor DIR] [--count N] [--keep DIR]",
            "       boot evaluate --model DIR[,DIR...] --cascade STUDENT [--teacher DIR] [--steps 1,4,10,50]",
            "                     [--sampler S] [--count N]"
        },
        description = {
            "",
            "Samples each model on held-out noise and prints a line for it: the Frechet distance to the test images, and"
                    + " precision and recall of 3 neighbours, in the features of the bundled extractor; on the first 1,000"
                    + " noises the paired RMSE and PSNR against 50 steps of the teacher, and the least and greatest diversity"
                    + " ratio of a class; the share of samples in which the extractor's classifier finds their label. Samples that"
                    + " are noised anew on their way are not paired.",
            "",
            "Models of prompts draw held-out prompts in turn, all from the same noises. The reference is what students learn from:"
                    + " 50 even steps of the teacher from the signal that is left at t_max, with the guidance that the student"
                    + " was distilled for (in the default recipe's way, where its run is not here); its own line comes"
                    + " first. Against it stand the RMSE of latents and of pictures in -1 ... 1, and the diversity, the mean"
                    + " distance of two pictures of a prompt: mean and least of the prompts. The trajectory error is the"
                    + " mean over the times of a student that reads them, its latents against the teacher's path. Then the shares of pictures in which the bundled classifier of emoji finds the concept, the"
                    + " style, the ground, and all that the prompt says, in percent; and the Frechet distance to --pictures"
                    + " in its features. What cannot be known is a dash. Teachers draw by the format's sampler, from the noise.",
            "",
            "Models that enlarge, with --cascade, have all the same pictures of that student, and the same noise: paired RMSE and"
                    + " PSNR against 50 steps of the teacher, the mean |Laplacian|, how sharp they are, also in percent of the"
                    + " teacher's, and the RMSE of the means of squares of pixels to the pictures that were enlarged.",
            ""
        },
        synopsisHeading = "",
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  boot evaluate --model runs/my-run",
            "  boot evaluate --model runs/my-run,teachers/fashion-mnist-16 --steps 1,4,10,50",
            "  boot evaluate --model students/emoji-64,teachers/emoji-64 --steps 1,4,10,50 --count 300"
        })
final class EvaluateCommand implements Callable<Integer> {

    private static final int LEAST = 100;
    private static final int MOST_PICTURES = 100_000;
    private static final int PICTURES = 1_000;

    @Option(names = "--model", paramLabel = "DIR", required = true, split = ",", hideParamSyntax = true,
            description = "Students, teachers or run folders, separated by commas; of prompts, students first.")
    private List<Path> folders;

    @Option(names = "--teacher", paramLabel = "DIR", converter = TeacherPath.class,
            description = "The teacher whose images the paired figures are measured against. Default: the bundled teacher; for"
                    + " prompts, the first teacher of --model, or else the bundled one of emoji.")
    private Path teacherFolder;

    @Option(names = "--cascade", paramLabel = "DIR",
            description = "For models that enlarge: the student of the stage before, of whose pictures they draw.")
    private Path cascade;

    @Option(names = "--steps", paramLabel = "K", split = ",", hideParamSyntax = true,
            description = "Steps of teachers, and of students that were distilled for several, separated by commas, a line for"
                    + " each; other students take one. Default: 50 of a teacher, 1 of a student.")
    private List<Integer> steps;

    @Mixin
    private SamplerOption sampler = new SamplerOption();

    @Option(names = "--guidance", paramLabel = "W", split = ",", hideParamSyntax = true,
            description = "Guidance of all teachers. Default: 1, none. For prompts, also of students that were distilled for a"
                    + " range; several, separated by commas, have a line each. Default: that of the students in --model, or the"
                    + " teacher's usual one.")
    private List<Double> guidance;

    @Option(names = "--images", paramLabel = "DIR",
            description = "Folder of Fashion-MNIST's IDX files. Default: where Debian's package dataset-fashion-mnist has"
                    + " them, /usr/share/datasets/fashion-mnist.")
    private Path images;

    @Mixin
    private PromptOptions prompts = new PromptOptions();

    @Option(names = "--extractor", paramLabel = "DIR", description = "Folder of the extractor. Default: the bundled one.")
    private Path extractorFolder;

    @Option(names = "--count", paramLabel = "N",
            description = "Samples of each model, and test images, at most 10,000. Distances of fewer are larger. Default:"
                    + " 10,000; for prompts 1,000 pictures.")
    private Integer count;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        for (int k : steps == null ? List.<Integer>of() : steps) {
            require(spec, k >= 1 && k <= 1_000_000, "--steps", k, "1 … 1,000,000");
        }
        for (double w : guidance == null ? List.<Double>of() : guidance) {
            require(spec, w >= 0 && Double.isFinite(w), "--guidance", w, "finite and at least 0");
        }
        sampler.check(spec);
        if (cascade != null) {
            evaluateCascade();
            return Boot.OK;
        }
        long ofPrompts = folders.stream().filter(EvaluateCommand::readsPrompts).count();
        if (ofPrompts > 0) {
            require(spec, ofPrompts == folders.size(), "--model", folders, "models of prompts alone, or of labels alone");
            evaluatePrompts();
        } else {
            evaluateLabels();
        }
        return Boot.OK;
    }

    /** A model that draws from prompts, or a run whose student does. */
    private static boolean readsPrompts(Path folder) {
        return Stream.of(folder, folder.resolve("student")).anyMatch(DrawOptions::readsPrompts);
    }

    private void evaluateCascade() throws IOException {
        String allowed = "left out with --cascade";
        require(spec, guidance == null, "--guidance", guidance, allowed);
        require(spec, images == null, "--images", images, allowed);
        require(spec, extractorFolder == null, "--extractor", extractorFolder, allowed);
        prompts.requireNone(spec, allowed);
        int pictures = count == null ? PICTURES : count;
        require(spec, pictures >= 1 && pictures <= MOST_PICTURES, "--count", pictures, "1 … 100,000 pictures");
        requireSteps();
        new CascadeEvaluation(spec, steps, sampler, pictures).run(folders, teacherFolder, cascade);
    }

    /** What a request for pictures can say. */
    private void requireSteps() {
        for (int k : steps == null ? List.<Integer>of() : steps) {
            require(spec, k <= 1_000, "--steps", k, "1 … 1,000");
        }
    }

    private void evaluateLabels() throws IOException {
        prompts.requireNone(spec, "left out: these models read no prompts");
        int samples = count == null ? Ruler.COUNT : count;
        require(spec, samples >= LEAST && samples <= Ruler.COUNT, "--count", samples, LEAST + " … 10,000");
        require(spec, guidance == null || guidance.size() == 1, "--guidance", guidance, "one scale for models of labels");
        new LabelEvaluation(spec, steps, sampler, guidance == null ? 1 : guidance.get(0), samples)
                .run(folders, teacherFolder == null ? Boot.bundledTeacher() : teacherFolder,
                        images == null ? FashionMnist.FOLDER : images,
                        extractorFolder == null ? Boot.extractor() : extractorFolder);
    }

    private void evaluatePrompts() throws IOException {
        require(spec, images == null, "--images", images, "left out for models of prompts; see --pictures");
        int pictures = count == null ? PICTURES : count;
        require(spec, pictures >= 2 && pictures <= MOST_PICTURES, "--count", pictures, "2 … 100,000 pictures");
        requireSteps();
        new PromptEvaluation(spec, steps, sampler, guidance, pictures, prompts)
                .run(folders, teacherFolder, extractorFolder == null ? Boot.textExtractor() : extractorFolder);
    }
}
