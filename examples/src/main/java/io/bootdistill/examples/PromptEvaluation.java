package io.bootdistill.examples;

import static io.bootdistill.examples.Arguments.require;

import io.bootdistill.BootDistiller;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.examples.ModelFolder.Kind;
import io.bootdistill.examples.ablation.FileKey;
import io.bootdistill.examples.extractor.PromptFaithfulness;
import io.bootdistill.examples.ruler.HeldOutPrompts;
import io.bootdistill.examples.ruler.HeldOutSamples;
import io.bootdistill.examples.ruler.PromptBench;
import io.bootdistill.examples.ruler.PromptGuidance;
import io.bootdistill.examples.ruler.PromptModel;
import io.bootdistill.examples.ruler.PromptRow;
import io.bootdistill.examples.ruler.PromptRuler;
import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** How good models that draw from prompts are: a line for each, and for the reference that it is measured against. */
final class PromptEvaluation {

    private static final int REFERENCE_STEPS = 50;
    private static final long REPORTED_NANOS = 10_000_000_000L;
    private static final String ROW = "%-32s %5s %5s  %7s  %8s  %9s  %6s  %10s  %7s %6s %6s %6s  %7s%n";

    private final CommandSpec spec;
    private final List<Integer> steps;
    private final SamplerOption sampler;
    private final List<Double> scales;
    private final int count;
    private final PromptOptions options;

    /** What students learn from, by guidance. */
    private final Map<PromptGuidance, PromptBench.Drawn> references = new HashMap<>();

    /** The guidance of the students. */
    private final Set<PromptGuidance> distilled = new LinkedHashSet<>();

    private Teacher teacher;
    private Path teacherFolder;
    private HeldOutPrompts prompts;
    private PromptBench bench;

    /**
     * @param steps null for the default
     * @param sampler of students
     * @param scales of guidance; null for the default
     * @param count pictures of a model
     */
    PromptEvaluation(
            CommandSpec spec, List<Integer> steps, SamplerOption sampler, List<Double> scales, int count, PromptOptions options) {
        this.spec = spec;
        this.steps = steps;
        this.sampler = sampler;
        this.scales = scales;
        this.count = count;
        this.options = options;
    }

    /** @param givenTeacher null for the first of the models, or the bundled one */
    void run(List<Path> folders, Path givenTeacher, Path extractor) throws IOException {
        List<Path> students = folders.stream().filter(folder -> ModelFolder.of(folder).kind() != Kind.TEACHER).toList();
        List<Path> teachers = folders.stream().filter(folder -> !students.contains(folder)).toList();
        teacherFolder = givenTeacher != null ? givenTeacher
                : teachers.stream().findFirst().orElseGet(Boot::bundledTextTeacher);
        require(spec, DrawOptions.readsPrompts(teacherFolder), "--teacher", teacherFolder, "one that draws from prompts");
        prompts = options.heldOut(spec, ofRun(students)).shownBy(count);
        Device device = Devices.best();
        sampler.requireSteps(spec, students, steps, device);
        try (Teacher loaded = Teacher.load(teacherFolder, device);
                PromptRuler ruler = new PromptRuler(extractor, options.pictures(), device)) {
            teacher = loaded;
            ImageShape picture = picture();
            require(spec, (long) count * picture.size() <= Integer.MAX_VALUE - 8, "--count", count,
                    "at most " + (Integer.MAX_VALUE - 8) / picture.size() + " for pictures of " + picture);
            Optional<String> misfit = ruler.misfit(picture, prompts.prompts());
            tellWhatIsMissing(misfit);
            bench = new PromptBench(teacher, prompts, count, misfit.isPresent() ? null : ruler, options.keep());
            print("model", "steps", "w", "latents", "pictures", "diversity", "least", "trajectory", "concept", "style", "ground",
                    "all", "Frechet");
            for (Path folder : students) {
                evaluateStudent(folder, device);
            }
            for (Path folder : teachers) {
                evaluateTeacher(folder, device);
            }
        }
    }

    /** The prompts of the first run; null where there is none. */
    private static ConditionSource.Prompts ofRun(List<Path> students) throws IOException {
        for (Path folder : students) {
            if (ModelFolder.of(folder).kind() == Kind.RUN) {
                return RunFolder.open(folder).readPrompts();
            }
        }
        return null;
    }

    private void tellWhatIsMissing(Optional<String> misfit) {
        PrintWriter err = spec.commandLine().getErr();
        if (misfit.isPresent()) {
            err.println("boot: no faithfulness and no Frechet distances: " + misfit.get());
        } else if (options.pictures() == null) {
            err.println("boot: no Frechet distances: --pictures names no folder of captioned pictures to compare with");
        }
    }

    private ImageShape picture() {
        return teacher.picture(DrawRequest.ofPrompts(prompts.prompts().get(0)));
    }

    // ---- models

    private void evaluateStudent(Path folder, Device device) throws IOException {
        ModelFolder model = ModelFolder.of(folder);
        try (Student student = Student.load(model.path(), device)) {
            requireSame(student.shape(), student.picture(), folder);
            boolean isRun = model.kind() == Kind.RUN;
            DistillationConfig config = isRun ? DistillationConfig.read(folder.resolve("config.json")) : null;
            PromptGuidance own = !isRun ? PromptGuidance.of(GuidanceConfig.ofPrompts(student.guidance().middle()), "")
                    : PromptGuidance.of(config.guidance(), RunFolder.open(folder).readPrompts().negative());
            for (double scale : scalesOf(student.guidance())) {
                PromptGuidance guidance = own.withScale(scale);
                distilled.add(guidance);
                double trajectory = trajectoryError(folder, config, student, guidance);
                FewSteps way = sampler.of(student);
                for (int k : sampler.steps(spec, student, steps)) {
                    PromptBench.Drawn reference = reference(guidance);
                    PromptBench.Drawn drawn = draw(folder, model.path(), k, "w" + scale + (way == null ? "" : "-" + way),
                            PromptModel.of(student, scale, k, way));
                    PromptRow row = bench.measure(drawn, reference);
                    print(folder, k, scale, sampler.arePaired(student, k) ? row : row.unpaired(), trajectory);
                }
            }
        }
    }

    /** Its own; of a range those that were asked for, or else the teacher's usual one, or the middle. */
    private List<Double> scalesOf(GuidanceRange range) {
        if (!range.isWide()) {
            return List.of(range.middle());
        }
        if (scales != null) {
            scales.forEach(range::require);
            return scales;
        }
        double usual = teacher.usualGuidance();
        return List.of(usual >= range.least() && usual <= range.most() ? usual : range.middle());
    }

    private void evaluateTeacher(Path folder, Device device) throws IOException {
        Stream<PromptGuidance> all = scales != null ? scales.stream().map(PromptGuidance::of)
                : distilled.isEmpty() ? Stream.of(PromptGuidance.of(teacher.usualGuidance())) : distilled.stream();
        boolean isLoaded = folder.equals(teacherFolder);
        Teacher measured = isLoaded ? teacher : Teacher.load(folder, device);
        try {
            requireSame(measured.shape(), measured.picture(DrawRequest.ofPrompts(prompts.prompts().get(0))), folder);
            for (PromptGuidance guidance : all.toList()) {
                PromptBench.Drawn reference = reference(guidance);
                for (int k : steps == null ? List.of(REFERENCE_STEPS) : steps) {
                    PromptBench.Drawn drawn = draw(folder, folder, k, guidance.key(), PromptModel.of(measured, k, guidance));
                    print(folder, k, guidance.scale(), bench.measure(drawn, reference), Double.NaN);
                }
            }
        } finally {
            if (!isLoaded) {
                measured.close();
            }
        }
    }

    private void requireSame(ImageShape latents, ImageShape picture, Path folder) {
        if (!latents.equals(teacher.shape()) || !picture.equals(picture())) {
            throw new Failure(folder + " makes latents of " + latents + " and pictures of " + picture + ", the teacher "
                    + teacherFolder + " " + teacher.shape() + " and " + picture() + "; give its own with --teacher");
        }
    }

    /** What the teacher makes of the noises, with a line of its own when it is first asked for. */
    private PromptBench.Drawn reference(PromptGuidance guidance) throws IOException {
        PromptBench.Drawn known = references.get(guidance);
        if (known == null) {
            known = draw(teacherFolder, teacherFolder, REFERENCE_STEPS, "reference-" + guidance.key(),
                    PromptModel.reference(teacher, REFERENCE_STEPS, guidance));
            references.put(guidance, known);
            print("reference of " + teacherFolder.getFileName(), REFERENCE_STEPS, guidance.scale(), bench.measure(known, known),
                    Double.NaN);
        }
        return known;
    }

    /** @param how what tells it from others of the model and of as many steps */
    private PromptBench.Drawn draw(Path folder, Path files, int k, String how, PromptModel model) throws IOException {
        String key = options.keep() == null ? "" // what other weights or prompts make has another name
                : FileKey.of(files, ".*\\.(json|safetensors)") + "-" + Integer.toHexString(prompts.prompts().hashCode()) + "-";
        return bench.draw(key + k + "-steps-" + how, model, progress(folder + ", " + k + " steps, " + how));
    }

    /** The mean over the times; NaN of a student that reads none, or learnt them from another teacher. */
    private double trajectoryError(Path folder, DistillationConfig config, Student student, PromptGuidance guidance)
            throws IOException {
        if (config == null || !TrajectoryTimes.areLearnt(config, teacher)) {
            return Double.NaN;
        }
        if (student.hasTwoTimes()) {
            return mean(TrajectoryTimes.errors(student, teacher, guidance, prompts.prompts()));
        }
        int workers = Runtime.getRuntime().availableProcessors();
        try (Student timed = new BootDistiller(teacher).open(folder, workers)) {
            return mean(TrajectoryTimes.errors(timed, teacher, guidance, prompts.prompts()));
        } catch (ModelFormatException e) {
            spec.commandLine().getErr().println("boot: no trajectory error: " + e.getMessage());
            return Double.NaN;
        }
    }

    private static double mean(double[] errors) {
        return Arrays.stream(errors).average().orElseThrow();
    }

    // ---- lines

    private HeldOutSamples.Progress progress(String what) {
        PrintWriter err = spec.commandLine().getErr();
        long[] last = {System.nanoTime()};
        return (done, total) -> {
            if (done == total || System.nanoTime() - last[0] > REPORTED_NANOS) {
                last[0] = System.nanoTime();
                err.printf(Locale.ROOT, "drawing %s: %d of %d%n", what, done, total);
                err.flush();
            }
        };
    }

    private void print(Object model, int steps, double scale, PromptRow row, double trajectory) {
        PromptFaithfulness shown = row.shown().faithfulness();
        print(model, steps, BigDecimal.valueOf(scale).stripTrailingZeros().toPlainString(), number(row.latentRmse(), 4),
                number(row.pictureRmse(), 4), number(row.diversity(), 3), number(row.leastDiversity(), 3), number(trajectory, 4),
                number(100 * shown.concept(), 1), number(100 * shown.style(), 1), number(100 * shown.ground(), 1),
                number(100 * shown.all(), 1), number(row.shown().frechet(), 3));
    }

    private void print(Object... cells) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, ROW, cells);
        out.flush();
    }

    private static String number(double value, int digits) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
