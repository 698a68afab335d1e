package io.bootdistill.examples;

import static io.bootdistill.examples.Arguments.require;

import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.ConditionSource.Prompts;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.examples.ablation.Ablation;
import io.bootdistill.examples.ablation.Budget;
import io.bootdistill.examples.ablation.FileKey;
import io.bootdistill.examples.ablation.Gauge;
import io.bootdistill.examples.ablation.ImageGauge;
import io.bootdistill.examples.ablation.PromptGauge;
import io.bootdistill.examples.ablation.Recipes;
import io.bootdistill.examples.ablation.Setting;
import io.bootdistill.examples.ablation.Subject;
import io.bootdistill.examples.extractor.Classifier;
import io.bootdistill.examples.extractor.EmojiPictures;
import io.bootdistill.examples.extractor.FashionMnist;
import io.bootdistill.examples.ruler.PromptRuler;
import io.bootdistill.examples.ruler.Ruler;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boot ablate}: recipes in, a table and plots of what they came to out. */
@Command(
        name = "ablate",
        header = "Compares recipes: same teacher, same seed, same budget.",
        customSynopsis = {
            "Usage: boot ablate [--recipes FILE] [--only NAME,NAME] [--minutes M,M | --steps N,N]",
            "                   [--teacher DIR] [--out DIR] [--seed S] [--jobs J] [--images DIR]",
            "                   [--extractor DIR] [--device D]",
            "                   [--methods [--best N] [--seeds N]]",
            "                   [--prompts FILE] [--guidance W | W:W] [--negative TEXT] [--pictures DIR]"
        },
        description = {
            "",
            "Distils the teacher by each recipe with each budget, and measures every student, and the teacher itself with 1,"
                    + " 4, 10 and 50 steps, as evaluate does. Where the test images are not installed, or the teacher is of"
                    + " other images, the figures without data remain. Writes ablation.md, ablation.csv and plots of the"
                    + " quality against time and images; the folders of the runs are below, by budget and recipe.",
            "",
            "A teacher that reads prompts needs --prompts. Its students are measured on 1,000 pictures of held-out prompts: by what"
                    + " they show, where the bundled classifier knows the words, by their Frechet distance to --pictures, and by"
                    + " the RMSE against the teacher's 50 steps with the guidance that each recipe distils.",
            "",
            "FILE is a JSON object of named recipes, each an object of the values that differ from the defaults, with the keys"
                    + " of a run's config.json:",
            "  {\"defaults\": {}, \"soft\": {\"corrector\": {\"weight\": 5}}, \"adam\": {\"optimiser\": {\"rule\": \"ADAM\"}}}",
            "",
            "Runs side by side share the processors evenly, which never changes a result. Minutes are of the whole machine:"
                    + " with --jobs 2 on two processors, a run of 10 minutes takes 20 on its one processor. They are turned"
                    + " into steps by a short timing of all recipes before the first run: nothing else should run meanwhile.",
            "",
            "Given the folder of an earlier ablation, goes on there: what is done is not repeated, and a run that was stopped"
                    + " goes on from its checkpoint. Ctrl-C stops all runs after the current step.",
            ""
        },
        synopsisHeading = "",
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  boot ablate --minutes 3,10,30 --jobs 2 --out runs/ablation   all bundled recipes: takes a day",
            "  boot ablate --only defaults,adam --steps 1500                two of them",
            "  boot ablate --methods --minutes 10,30                        each method at its best",
            "  boot ablate --teacher teachers/emoji-64 --prompts teachers/emoji-64/prompts.txt --minutes 20"
        })
final class AblateCommand implements Callable<Integer> {

    @Option(names = "--recipes", paramLabel = "FILE",
            description = "Recipes to compare. Default: the bundled ones, which change one thing at a time; of prompts those of"
                    + " objective, guidance and boundary.")
    private Path recipeFile;

    @Option(names = "--only", paramLabel = "NAME", split = ",", hideParamSyntax = true,
            description = "Some of them, separated by commas.")
    private List<String> only;

    @ArgGroup
    private Length length = new Length();

    /** How long to train. */
    static final class Length {

        @Option(names = "--minutes", paramLabel = "M", split = ",", hideParamSyntax = true,
                description = "Budgets in minutes, at least 1, separated by commas: a run for each. Default: 10.")
        private List<Double> minutes;

        @Option(names = "--steps", paramLabel = "N", split = ",", hideParamSyntax = true,
                description = "Budgets in training steps, separated by commas.")
        private List<Long> steps;
    }

    @Option(names = "--teacher", paramLabel = "DIR", converter = TeacherPath.class,
            description = "The teacher's folder. Default: the bundled teacher.")
    private Path teacherFolder;

    @Option(names = "--out", paramLabel = "DIR",
            description = "The ablation's folder: new, or to go on with. Default: runs/DATE-TIME.")
    private Path out;

    @Option(names = "--seed", paramLabel = "S", description = "Seed of all runs. Default: 0.")
    private long seed;

    @Option(names = "--jobs", paramLabel = "J", description = "Runs side by side, at most one for each processor. Default: 1.")
    private int jobs = 1;

    @Option(names = "--images", paramLabel = "DIR",
            description = "Folder of Fashion-MNIST's IDX files. Default: /usr/share/datasets/fashion-mnist.")
    private Path images = FashionMnist.FOLDER;

    @ArgGroup(exclusive = false)
    private MethodOptions methods;

    @Mixin
    private GuidanceOptions guidance = new GuidanceOptions();

    @Option(names = "--pictures", paramLabel = "DIR",
            description = "Captioned pictures that those of prompts are compared with: PNG files and a metadata.jsonl.")
    private Path pictures;

    @Option(names = "--extractor", paramLabel = "DIR", description = "Folder of the extractor. Default: the bundled one.")
    private Path extractorFolder;

    @Option(names = "--device", paramLabel = "D", description = "cpu or reference. Default: cpu.")
    private String deviceName;

    @Spec
    private CommandSpec spec;

    /** Held-out noises of a run, or pictures of prompts; tests are content with few. */
    int heldOut = 1_000;

    /** What samples are compared with and by, where they are. */
    private String imagesKey;

    private String extractorKey;

    /** Samples that the ruler measures. */
    int count = Ruler.COUNT;

    @Override
    public Integer call() throws IOException {
        int processors = Runtime.getRuntime().availableProcessors();
        require(spec, jobs >= 1 && jobs <= processors, "--jobs", jobs, "1 … " + processors + ", the number of processors");
        List<Budget> budgets = budgets();
        Path folder = teacherFolder != null ? teacherFolder : Boot.bundledTeacher();
        guidance.require(folder);
        Prompts prompts = guidance.source();
        require(spec, prompts != null || pictures == null, "--pictures", pictures, "left out without --prompts");
        if (methods != null) {
            methods.require(spec);
        }
        Recipes all = recipeFile != null ? Recipes.read(recipeFile) : methods != null ? Recipes.methods()
                : prompts == null ? Recipes.bundled() : Recipes.bundledOfPrompts();
        Recipes chosen = only == null ? all : all.only(only);
        Recipes recipes = prompts == null ? chosen : chosen.ofPrompts();
        if (out == null) {
            out = Arguments.newRun(null);
        }
        Device device = DeviceChoice.forTraining(deviceName, spec.commandLine());
        PrintWriter err = spec.commandLine().getErr();
        try (StopRequest stop = new StopRequest(err)) {
            try (Teacher teacher = Teacher.load(folder, device)) {
                DistillationConfig usual = Recipes.defaults(teacher);
                DistillationConfig defaults =
                        usual.toBuilder().guidance(guidance.config(usual.guidance(), false, teacher)).build();
                Subject subject = new Subject(folder, device, defaults, prompts);
                try (Gauge gauge = prompts == null ? imageGauge(teacher, defaults.guidance(), device)
                        : promptGauge(teacher, prompts, defaults.guidance().range(), device)) {
                    Setting setting = new Setting(seed, heldOut, device.description(), processors, processors / jobs,
                            FileKey.ofTeacher(folder), prompts == null ? null : prompts.key(),
                            defaults.guidance().isGuided() ? defaults.guidance().toString() : null, imagesKey, extractorKey);
                    Ablation ablation = new Ablation(out, subject, setting, gauge, stop::isRequested, err::println);
                    compare(ablation, recipes, budgets);
                    plot(ablation);
                }
            } catch (CancellationException e) {
                err.println("boot: stopped; go on with the same command and --out " + Boot.quoted(out));
                return stop.code();
            }
        }
        PrintWriter stdout = spec.commandLine().getOut();
        stdout.println("table        " + out.resolve("ablation.md"));
        stdout.flush();
        return Boot.OK;
    }

    private void compare(Ablation ablation, Recipes recipes, List<Budget> budgets) throws IOException {
        if (methods == null) {
            ablation.run(recipes, budgets, seed, jobs);
        } else {
            methods.tournament(budgets).run(ablation, recipes, jobs);
        }
    }

    // ---- what measures

    private Gauge imageGauge(Teacher teacher, GuidanceConfig guided, Device device) throws IOException {
        Ruler ruler = null;
        if (Ruler.fits(teacher.shape(), teacher.condition()) && hasImages()) {
            Path extractor = extractorFolder == null ? Boot.extractor() : extractorFolder;
            imagesKey = FileKey.of(images, FashionMnist.TEST_FILES);
            extractorKey = FileKey.of(extractor, Classifier.FILE);
            ruler = new Ruler(extractor, images, device, count);
        }
        int[] labels = Labels.real(teacher.condition(), teacher.nullLabel());
        return new ImageGauge(heldOut, labels, guided, teacher.nullLabel(), ruler);
    }

    private Gauge promptGauge(Teacher teacher, Prompts prompts, GuidanceRange range, Device device) throws IOException {
        double usual = range.isWide() ? teacher.usualGuidance() : range.least();
        return new PromptGauge(out, teacher, prompts, usual, heldOut, promptRuler(teacher, prompts, device));
    }

    /** Null where the classifier knows nothing of such pictures or prompts. */
    private PromptRuler promptRuler(Teacher teacher, Prompts prompts, Device device) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        Path extractor = extractorFolder == null ? Boot.textExtractor() : extractorFolder;
        String compared = pictures == null ? null : FileKey.of(pictures, EmojiPictures.FILES);
        String by = FileKey.of(extractor, Classifier.FILE);
        PromptRuler ruler = new PromptRuler(extractor, pictures, device);
        Optional<String> misfit = ruler.misfit(teacher.picture(DrawRequest.ofCount(1)), prompts.heldOutPrompts());
        if (misfit.isPresent()) {
            ruler.close();
            err.println("boot: no faithfulness and no Frechet distances: " + misfit.get());
            return null;
        }
        if (pictures == null) {
            err.println("boot: no Frechet distances without --pictures");
        }
        imagesKey = compared;
        extractorKey = by;
        return ruler;
    }

    // ---- options

    private List<Budget> budgets() {
        List<Budget> budgets = new ArrayList<>();
        if (length.steps != null) {
            for (long steps : length.steps) {
                Arguments.requireLength(spec, null, steps);
                budgets.add(new Budget(steps, false));
            }
            return budgets.stream().distinct().toList();
        }
        for (double minutes : length.minutes == null ? List.of(10.0) : length.minutes) {
            Arguments.requireLength(spec, minutes, null);
            budgets.add(new Budget(minutes, true));
        }
        return budgets.stream().distinct().toList();
    }

    /** Whether there are images to compare with. */
    private boolean hasImages() {
        boolean found = FashionMnist.hasTest(images);
        if (!found) {
            spec.commandLine().getErr().println("boot: no Frechet distances: " + images
                    + " holds no test images of Fashion-MNIST (Debian: dataset-fashion-mnist)");
        }
        return found;
    }

    /** Servers often come without fonts. */
    private void plot(Ablation ablation) throws IOException {
        try {
            ablation.writeCharts();
        } catch (InternalError | LinkageError | NullPointerException e) {
            spec.commandLine().getErr().println("boot: no plots, Java finds no fonts to draw with (" + e
                    + "); install some: sudo apt-get install fontconfig fonts-dejavu-core");
        }
    }
}
