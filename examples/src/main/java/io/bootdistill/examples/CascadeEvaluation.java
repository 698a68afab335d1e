package io.bootdistill.examples;

import static io.bootdistill.examples.Arguments.require;

import io.bootdistill.HeldOut;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.InMemoryImages;
import io.bootdistill.diffusion.MeanImages;
import io.bootdistill.metric.PairedError;
import io.bootdistill.metric.Sharpness;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import picocli.CommandLine.Model.CommandSpec;

/**
 * How good models that enlarge are, all from the same pictures of the stage before and the same noise: a line for each. Images are
 * clamped; the reference is 50 steps of the teacher.
 */
final class CascadeEvaluation {

    private static final int REFERENCE_STEPS = 50;
    private static final String ROW = "%-32s %5s  %7s  %6s  %9s  %9s  %10s%n";

    private final CommandSpec spec;
    private final List<Integer> steps;
    private final SamplerOption sampler;
    private final int count;

    private DrawRequest request;
    private ImageShape small;
    private float[] smallImages;
    private float[] reference;

    /**
     * @param steps of teachers, and of students that take several; null for the default
     * @param sampler of students
     * @param count pictures of a model
     */
    CascadeEvaluation(CommandSpec spec, List<Integer> steps, SamplerOption sampler, int count) {
        this.spec = spec;
        this.steps = steps;
        this.sampler = sampler;
        this.count = count;
    }

    /**
     * Measures models.
     *
     * @param teacherFolder null for the first teacher among them
     * @param before the student of the stage before
     */
    void run(List<Path> folders, Path teacherFolder, Path before) throws IOException {
        Path from = teacherFolder != null ? teacherFolder : folders.stream()
                .filter(folder -> ModelFolder.of(folder).kind() == ModelFolder.Kind.TEACHER).findFirst().orElse(null);
        require(spec, from != null, "--teacher", "missing", "given, or a teacher among the models, to compare with");
        Device device = Devices.best();
        sampler.requireSteps(spec, folders.stream()
                .filter(folder -> ModelFolder.of(folder).kind() != ModelFolder.Kind.TEACHER).toList(), steps, device);
        drawSmall(before, device);
        try (Teacher teacher = Teacher.load(from, device)) {
            reference = drawn(teacher, REFERENCE_STEPS);
            print("model", "steps", "RMSE", "PSNR", "Laplacian", "of ref., %", "mean RMSE");
            for (Path folder : folders) {
                ModelFolder model = ModelFolder.of(folder);
                if (model.kind() == ModelFolder.Kind.TEACHER) {
                    for (int k : steps == null ? List.of(REFERENCE_STEPS) : steps) {
                        print(folder, k, drawn(teacher, model.path(), from, k, device), teacher.shape(), true);
                    }
                } else {
                    try (Student student = Student.load(model.path(), device)) {
                        for (int k : sampler.steps(spec, student, steps)) {
                            float[] images = student.pixels(request.withSteps(k).withSampler(sampler.of(student)));
                            print(folder, k, PairedError.clamp(images), student.shape(), sampler.arePaired(student, k));
                        }
                    }
                }
            }
        }
    }

    /** Picture i is of the label i mod the real ones, from held-out noise i; what enlarges it has noise of its own. */
    private void drawSmall(Path before, Device device) {
        long[] seeds = HeldOut.seeds(count);
        try (Student first = Student.load(ModelFolder.of(before).path(), device)) {
            int[] real = Labels.real(first.condition(), first.nullLabel());
            DrawRequest small = real.length == 0 ? DrawRequest.ofCount(count)
                    : DrawRequest.ofLabels(IntStream.range(0, count).map(i -> real[i % real.length]).toArray());
            this.small = first.picture();
            smallImages = PairedError.clamp(first.pixels(small.withSeeds(seeds)));
        }
        request = DrawRequest.ofCount(count).withSeeds(LongStream.of(seeds).map(seed -> Philox.seed(seed, 1, 0)).toArray())
                .withImages(small, smallImages);
    }

    private float[] drawn(Teacher teacher, int k) {
        return PairedError.clamp(teacher.pixels(request.asReference().withSteps(k), null));
    }

    private float[] drawn(Teacher reference, Path folder, Path from, int k, Device device) {
        if (folder.equals(from)) {
            return drawn(reference, k);
        }
        try (Teacher other = Teacher.load(folder, device)) {
            return drawn(other, k);
        }
    }

    /** @param paired whether it makes sense to compare them with the reference one by one */
    private void print(Path folder, int k, float[] images, ImageShape shape, boolean paired) {
        double sharpness = Sharpness.of(images, shape.height(), shape.width());
        double ofReference = Sharpness.of(reference, shape.height(), shape.width());
        print(folder, k, number(paired ? PairedError.rmse(images, reference) : Double.NaN, 4),
                number(paired ? PairedError.psnr(images, reference) : Double.NaN, 2),
                number(sharpness, 4), number(100 * sharpness / ofReference, 1), number(means(images, shape), 4));
    }

    /** How far means of squares of pixels are from the pictures that were enlarged: whether these are still seen. */
    private double means(float[] images, ImageShape shape) {
        MeanImages means = new MeanImages(InMemoryImages.of(shape, images, null), small);
        float[] all = new float[smallImages.length];
        for (int i = 0; i < means.count(); i++) {
            means.read(i, all, i * small.size());
        }
        return PairedError.rmse(all, smallImages);
    }

    private void print(Object... cells) {
        spec.commandLine().getOut().printf(Locale.ROOT, ROW, cells);
        spec.commandLine().getOut().flush();
    }

    private static String number(double value, int digits) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
