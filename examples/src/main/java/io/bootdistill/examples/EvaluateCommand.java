package io.bootdistill.examples;

import static io.bootdistill.examples.Arguments.require;

import io.bootdistill.Sampler;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.examples.extractor.FashionMnist;
import io.bootdistill.examples.ruler.Figures;
import io.bootdistill.examples.ruler.HeldOutSamples;
import io.bootdistill.examples.ruler.HeldOutSamples.Generator;
import io.bootdistill.examples.ruler.PairedFigures;
import io.bootdistill.examples.ruler.Ruler;
import io.bootdistill.metric.CollapseAlarm;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boot evaluate}: how good models of 16×16 Fashion-MNIST are. */
@Command(
        name = "evaluate",
        header = "Measures students and teachers of 16x16 Fashion-MNIST against its test images.",
        customSynopsis = {
            "Usage: boot evaluate --model DIR[,DIR...] [--teacher DIR] [--steps 1,4,10,50]",
            "                     [--guidance W] [--images DIR] [--extractor DIR] [--count N]"
        },
        description = {
            "",
            "Samples each model on held-out noise and prints a line for it: the Frechet distance to the test images, and"
                    + " precision and recall of 3 neighbours, in the features of the bundled extractor; on the first 1,000"
                    + " noises the paired RMSE and PSNR against 50 steps of the teacher, and the least and greatest diversity"
                    + " ratio of a class; the share of samples in which the extractor's classifier finds their label.",
            ""
        },
        synopsisHeading = "",
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  boot evaluate --model runs/my-run",
            "  boot evaluate --model runs/my-run,teachers/fashion-mnist-16 --steps 1,4,10,50"
        })
final class EvaluateCommand implements Callable<Integer> {

    private static final int REFERENCE_STEPS = 50;
    private static final int PAIRED = 1_000;
    private static final int LEAST = 100;
    private static final int REPORTED = 1_000;
    private static final String ROW = "%-32s %5s  %8s  %9s  %6s  %6s  %5s  %-11s  %8s%n";

    @Option(names = "--model", paramLabel = "DIR", required = true, split = ",", hideParamSyntax = true,
            description = "Students, teachers or run folders, separated by commas.")
    private List<Path> folders;

    @Option(names = "--teacher", paramLabel = "DIR",
            description = "The teacher whose images the paired figures are measured against. Default: the bundled teacher.")
    private Path teacherFolder;

    @Option(names = "--steps", paramLabel = "K", split = ",", hideParamSyntax = true,
            description = "Steps of teachers, and of students that were distilled for several, separated by commas, a line for"
                    + " each; other students take one. Default: 50 of a teacher, 1 of a student.")
    private List<Integer> steps;

    @Option(names = "--guidance", paramLabel = "W", description = "Guidance of all teachers. Default: 1, none.")
    private double guidance = 1;

    @Option(names = "--images", paramLabel = "DIR",
            description = "Folder of Fashion-MNIST's IDX files. Default: where Debian's package dataset-fashion-mnist has"
                    + " them, /usr/share/datasets/fashion-mnist.")
    private Path images = FashionMnist.FOLDER;

    @Option(names = "--extractor", paramLabel = "DIR", description = "Folder of the extractor. Default: the bundled one.")
    private Path extractorFolder;

    @Option(names = "--count", paramLabel = "N",
            description = "Samples of each model, and test images, at most 10,000. Distances of fewer are larger. Default:"
                    + " 10,000.")
    private int count = Ruler.COUNT;

    @Spec
    private CommandSpec spec;

    /** Of each student and number of steps. */
    private final Map<String, Line> students = new LinkedHashMap<>();

    /** The reference sampler's images of the first noises. */
    private float[] reference;

    /** The best of a teacher; 0 where none was measured. */
    private double teacherRecall;

    /** What was measured of a model. */
    private record Line(Figures figures, PairedFigures paired) {}

    @Override
    public Integer call() throws IOException {
        require(spec, count >= LEAST && count <= Ruler.COUNT, "--count", count, LEAST + " … 10,000");
        for (int k : steps == null ? List.<Integer>of() : steps) {
            require(spec, k >= 1 && k <= 1_000_000, "--steps", k, "1 … 1,000,000");
        }
        Device device = Devices.best();
        try (Teacher teacher = Teacher.load(teacherFolder == null ? Boot.bundledTeacher() : teacherFolder, device)) {
            requireFashion(teacher.shape(), teacher.condition(), "the teacher");
            Path extractor = extractorFolder == null ? Boot.extractor() : extractorFolder;
            try (Ruler ruler = new Ruler(extractor, images, device, count)) {
                reference = HeldOutSamples.of(generator(teacher, REFERENCE_STEPS), Ruler.labels(), Math.min(PAIRED, count),
                        progress("the reference"));
                print("model", "steps", "Frechet", "precision", "recall", "RMSE", "PSNR", "diversity", "accuracy");
                for (Path folder : folders) {
                    evaluate(folder, ruler, device);
                }
            }
            warnOfCollapses();
        }
        return Boot.OK;
    }

    private void evaluate(Path folder, Ruler ruler, Device device) throws IOException {
        ModelFolder model = ModelFolder.of(folder);
        if (model.kind() == ModelFolder.Kind.TEACHER) {
            try (Teacher teacher = Teacher.load(model.path(), device)) {
                requireFashion(teacher.shape(), teacher.condition(), folder);
                for (int k : steps == null ? List.of(REFERENCE_STEPS) : steps) {
                    Line line = measure(ruler, generator(teacher, k), folder + ", " + k + " steps");
                    teacherRecall = Math.max(teacherRecall, line.figures().recall());
                    print(folder, k, line);
                }
            }
        } else {
            try (Student student = Student.load(model.path(), device)) {
                requireFashion(student.shape(), student.condition(), folder);
                for (int k : steps == null || !student.hasTwoTimes() ? List.of(1) : steps) {
                    require(spec, k <= student.mostSteps(), "--steps", k, "1 … " + student.mostSteps() + " for a student");
                    String name = folder + (k == 1 ? "" : ", " + k + " steps");
                    Line line = measure(ruler, (seeds, labels) ->
                            student.sample(SampleRequest.ofSeeds(seeds).withLabels(labels).withSteps(k)), name);
                    students.put(name, line);
                    print(folder, k, line);
                }
            }
        }
    }

    private Line measure(Ruler ruler, Generator model, Object name) {
        float[] samples = HeldOutSamples.of(model, Ruler.labels(), count, progress(name));
        return new Line(ruler.measure(samples),
                PairedFigures.of(samples, reference, Math.min(PAIRED, count), FashionMnist.CLASSES));
    }

    /** By the diversity, and by the recall where a teacher has been measured, too. */
    private void warnOfCollapses() {
        students.forEach((student, line) -> Stream.of(
                        CollapseAlarm.ofDiversity(line.paired().leastDiversity()),
                        CollapseAlarm.ofRecall(line.figures().recall(), teacherRecall))
                .flatMap(Optional::stream)
                .forEach(reason -> spec.commandLine().getErr().println("boot: " + student + " has collapsed: " + reason)));
    }

    private Generator generator(Teacher teacher, int k) {
        Guidance asked = guidance == 1 ? null : new Guidance(guidance, teacher.nullLabel());
        Sampler sampler = Sampler.reference(teacher, k).withGuidance(asked).withSchedulerLimits();
        return sampler::sample;
    }

    private static void requireFashion(ImageShape shape, ConditionShape condition, Object model) {
        if (!Ruler.fits(shape, condition)) {
            throw new Failure("the ruler measures models of 1×16×16 images with " + FashionMnist.CLASSES + " classes; " + model
                    + " has images of " + shape + ", condition " + condition);
        }
    }

    private HeldOutSamples.Progress progress(Object model) {
        PrintWriter err = spec.commandLine().getErr();
        return (done, total) -> {
            if (done % REPORTED == 0 || done == total) {
                err.printf(Locale.ROOT, "sampling %s: %d of %d%n", model, done, total);
                err.flush();
            }
        };
    }

    private void print(Path model, int steps, Line line) {
        Figures f = line.figures();
        PairedFigures p = line.paired();
        print(model, steps, number(f.frechet(), 4), number(f.precision(), 3), number(f.recall(), 3),
                number(p.rmse(), 4), number(p.psnr(), 2),
                number(p.leastDiversity(), 3) + "-" + number(p.mostDiversity(), 3), number(100 * f.accuracy(), 2));
    }

    private void print(Object... cells) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, ROW, cells);
        out.flush();
    }

    private static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
