package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.NoiseConditioning;
import io.bootdistill.format.Images;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.pipeline.Enlargement;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ImageShape;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Two students as one: the first draws small pictures, the second enlarges them (Ho et al. 2022, arXiv 2106.15282). A seed, with a
 * label or a prompt, makes the noise of both, that of the second by another stream.
 *
 * <pre>{@code
 * try (Cascade cascade = Cascade.load(Path.of("students/fashion-mnist-16"), Path.of("students/fashion-mnist-32"))) {
 *     List<BufferedImage> pictures = cascade.images(DrawRequest.ofLabels(7, 9).withSeed(1));
 * }
 * }</pre>
 *
 * <p>Thread-safe, as its students are.
 */
public final class Cascade implements AutoCloseable {

    /** The draw of a seed that makes the seed of the second student's noise. */
    private static final int SECOND = NoiseConditioning.DRAW + 1;

    private final Student first;
    private final Student second;

    /**
     * Takes over both students, unless it fails.
     *
     * @throws IllegalArgumentException if the second does not enlarge pictures of the first
     */
    public Cascade(Student first, Student second) {
        Checks.notNull("first", first);
        Checks.notNull("second", second);
        Checks.that(!Enlargement.isPartOf(first.condition()), "the condition of the first student", first.condition(),
                "one without smaller pictures: it draws of noise alone");
        Checks.that(Enlargement.isPartOf(second.condition()), "the condition of the second student", second.condition(),
                "one with smaller pictures, of a teacher that enlarges them");
        Enlargement.requireFitting(first.picture(), second.resolved().model().graph().network());
        Checks.that(!second.readsPrompts() || first.readsPrompts(), "the condition of the first student", first.condition(),
                "that of prompts, which the second student reads");
        this.first = first;
        this.second = second;
    }

    /** Reads two students that {@link Student#save} wrote, onto the best device. */
    public static Cascade load(Path first, Path second) {
        return load(first, second, Devices.best());
    }

    /** Likewise, onto the given device. */
    public static Cascade load(Path first, Path second, Device device) {
        return load(first, second, device, null);
    }

    /**
     * Likewise, of prompts that are read as text states which were computed before.
     *
     * @param textStates of all who read prompts: see {@link Student#load(Path, Device, Path)}; null for those of each folder
     */
    public static Cascade load(Path first, Path second, Device device, @Nullable Path textStates) {
        Checks.notNull("first", first);
        Checks.notNull("second", second);
        Checks.notNull("device", device);
        Scope scope = new Scope();
        try {
            Student small = scope.own(Student.load(first, device, textStates));
            return new Cascade(small, scope.own(
                    Student.load(second, device, PipelineFolder.isWhole(second) ? textStates : null)));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /** The student that draws small pictures. */
    public Student first() {
        return first;
    }

    /** The student that enlarges them. */
    public Student second() {
        return second;
    }

    /** Shape of a picture. */
    public ImageShape picture() {
        return second.picture();
    }

    /** Draws pictures, clamped. */
    public List<BufferedImage> images(DrawRequest request) {
        ImageShape shape = picture();
        return Images.toImages(pixels(request), shape.channels(), shape.height(), shape.width());
    }

    /**
     * Draws pictures as numbers.
     *
     * @param request for the first student, its {@link DrawRequest#noiseLevel} for the second. Its sampler is for each that
     *     denoises; each takes as many of its steps as it can; one whose range does not hold the scale has the middle of its
     *     range. Noise is the first's; a size is that of {@link #picture}
     * @return [pictures][channels][height][width] of {@link #picture}, about −1 … 1, not clamped
     * @throws IllegalArgumentException if the request does not fit: a sampler, steps or a scale that neither student can take,
     *     another size, pictures, a reference; and see {@link Student#images(DrawRequest)}
     */
    public float[] pixels(DrawRequest request) {
        float[] small = small(request);
        for (int i = 0; i < small.length; i++) {
            small[i] = Math.max(-1, Math.min(1, small[i]));
        }
        DrawRequest larger = (second.readsPrompts() ? DrawRequest.ofPrompts(request.prompts()).withCount(request.each())
                : DrawRequest.ofCount(request.count())).withImages(first.picture(), small);
        DrawRequest seeded = drawn(larger, request, second).withSeeds(IntStream.range(0, request.count())
                .mapToLong(i -> Philox.seed(request.seed(i), SECOND, 0)).toArray());
        return second.pixels(request.noiseLevel().isEmpty() ? seeded : seeded.withNoiseLevel(request.noiseLevel().getAsInt()));
    }

    /**
     * Draws the small pictures that {@link #pixels} enlarges.
     *
     * @return [pictures][channels][height][width] of the first student's pictures, about −1 … 1, not clamped
     */
    public float[] small(DrawRequest request) {
        require(request);
        DrawRequest kinds = request.labels() != null ? DrawRequest.ofLabels(request.labels())
                : request.prompts().isEmpty() ? DrawRequest.ofCount(1) : DrawRequest.ofPrompts(request.prompts());
        DrawRequest seeded = drawn(kinds.withCount(request.each()), request, first).withNegative(request.negative())
                .withSeeds(IntStream.range(0, request.count()).mapToLong(request::seed).toArray());
        return first.pixels(request.noise() == null ? seeded : seeded.withNoise(request.noise()));
    }

    /** Refuses what neither student can take. */
    private void require(DrawRequest request) {
        Checks.notNull("request", request);
        Checks.that(request.imageShape() == null, "images", "given", "left out: the first student draws them");
        Checks.that(!request.isReference(), "reference", "asked for", "left out: it is a teacher's");
        Checks.that(request.width() == 0 || request.width() == picture().width() && request.height() == picture().height(),
                "the size", request.width() + "x" + request.height(),
                picture().width() + "x" + picture().height() + ", that of the cascade");
        Checks.that(request.sampler() == null || first.fewSteps() != null || second.fewSteps() != null, "sampler",
                request.sampler(), "left out for these students, which read pure noise");
        int most = Math.max(mostSteps(first, request), mostSteps(second, request));
        Checks.that(request.steps().orElse(1) <= most, "steps", request.steps().orElse(1),
                most == 1 ? "1 for these students" : "1 … " + most + " for these students");
        request.guidance().ifPresent(scale -> Checks.that(
                first.guidance().holds(scale) || second.guidance().holds(scale), "guidance", scale, text(first.guidance())
                        + ", or " + text(second.guidance()) + ", for which the students were distilled"));
    }

    private static int mostSteps(Student student, DrawRequest request) {
        FewSteps sampler = sampler(student, request);
        return sampler == null ? student.mostSteps() : sampler.most();
    }

    private static @Nullable FewSteps sampler(Student student, DrawRequest request) {
        return student.fewSteps() == null ? null : request.sampler();
    }

    private static String text(GuidanceRange range) {
        return range.isWide() ? range.least() + " … " + range.most() : Double.toString(range.least());
    }

    /** With the sampler, the steps and the scale that are asked for, as far as a student can take them. */
    private static DrawRequest drawn(DrawRequest request, DrawRequest asked, Student student) {
        DrawRequest made = request.withSampler(sampler(student, asked));
        if (asked.guidance().isPresent() && student.guidance().holds(asked.guidance().getAsDouble())) {
            made = made.withGuidance(asked.guidance().getAsDouble());
        }
        return asked.steps().isEmpty() ? made : made.withSteps(Math.min(asked.steps().getAsInt(), mostSteps(student, asked)));
    }

    /** Frees the device memory of both students. Closing twice does nothing. */
    @Override
    public void close() {
        try (Scope scope = new Scope()) {
            scope.own(first);
            scope.own(second);
        }
    }
}
