package io.bootdistill.examples;

import io.bootdistill.Sampler;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.examples.extractor.FashionMnist;
import io.bootdistill.examples.ruler.Figures;
import io.bootdistill.examples.ruler.HeldOutSamples.Generator;
import io.bootdistill.examples.ruler.HeldOutSamples;
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
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** How good models of 16×16 Fashion-MNIST are, against its test images: a line for each. */
final class LabelEvaluation {

    private static final int REFERENCE_STEPS = 50;
    private static final int PAIRED = 1_000;
    private static final int REPORTED = 1_000;
    private static final String ROW = "%-32s %5s  %8s  %9s  %6s  %6s  %5s  %-11s  %8s%n";

    private final CommandSpec spec;
    private final List<Integer> steps;
    private final SamplerOption sampler;
    private final double guidance;
    private final int count;

    /** Of each student and number of steps. */
    private final Map<String, Line> students = new LinkedHashMap<>();

    /** The reference sampler's images of the first noises. */
    private float[] reference;

    /** The best of a teacher; 0 where none was measured. */
    private double teacherRecall;

    /** What was measured of a model. */
    private record Line(Figures figures, PairedFigures paired) {}

    /**
     * @param steps null for the default
     * @param sampler of students
     * @param guidance of all teachers
     * @param count samples of a model
     */
    LabelEvaluation(CommandSpec spec, List<Integer> steps, SamplerOption sampler, double guidance, int count) {
        this.spec = spec;
        this.steps = steps;
        this.sampler = sampler;
        this.guidance = guidance;
        this.count = count;
    }

    void run(List<Path> folders, Path teacherFolder, Path images, Path extractor) throws IOException {
        Device device = Devices.best();
        try (Teacher teacher = Teacher.load(teacherFolder, device)) {
            requireFashion(teacher.shape(), teacher.condition(), "the teacher");
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
                FewSteps way = sampler.of(student);
                for (int k : sampler.steps(spec, student, steps)) {
                    String name = folder + (k == 1 ? "" : ", " + k + " steps");
                    Line line = measure(ruler, (seeds, labels) -> student.sample(
                            SampleRequest.ofSeeds(seeds).withLabels(labels).withSteps(k).withSampler(way)), name);
                    students.put(name, line);
                    print(folder, k, sampler.arePaired(student, k) ? line : new Line(line.figures(), line.paired().unpaired()));
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
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
