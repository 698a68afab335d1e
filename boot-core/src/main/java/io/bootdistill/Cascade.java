package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.NoiseConditioning;
import io.bootdistill.format.Images;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.pipeline.Enlargement;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ImageShape;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

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
        Scope scope = new Scope();
        try {
            return new Cascade(scope.own(Student.load(first, device)), scope.own(Student.load(second, device)));
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
     * @param request for the first student, and its {@link DrawRequest#noiseLevel} for the second; the scale and the steps are those
     *     of both, noise is the first's
     * @return [pictures][channels][height][width] of {@link #picture}, about −1 … 1, not clamped
     * @throws IllegalArgumentException if the request does not fit: see {@link Student#images(DrawRequest)}
     */
    public float[] pixels(DrawRequest request) {
        Checks.that(request.imageShape() == null, "images", "given", "left out: the first student draws them");
        float[] small = small(request);
        for (int i = 0; i < small.length; i++) {
            small[i] = Math.max(-1, Math.min(1, small[i]));
        }
        DrawRequest larger = (second.readsPrompts() ? DrawRequest.ofPrompts(request.prompts()).withCount(request.each())
                : DrawRequest.ofCount(request.count())).withImages(first.picture(), small);
        DrawRequest seeded = scaled(larger, request).withSeeds(IntStream.range(0, request.count())
                .mapToLong(i -> Philox.seed(request.seed(i), SECOND, 0)).toArray());
        return second.pixels(request.noiseLevel().isEmpty() ? seeded : seeded.withNoiseLevel(request.noiseLevel().getAsInt()));
    }

    /**
     * Draws the small pictures that {@link #pixels} enlarges.
     *
     * @return [pictures][channels][height][width] of the first student's pictures, about −1 … 1, not clamped
     */
    public float[] small(DrawRequest request) {
        DrawRequest kinds = request.labels() != null ? DrawRequest.ofLabels(request.labels())
                : request.prompts().isEmpty() ? DrawRequest.ofCount(1) : DrawRequest.ofPrompts(request.prompts());
        DrawRequest seeded = scaled(kinds.withCount(request.each()), request).withNegative(request.negative())
                .withSeeds(IntStream.range(0, request.count()).mapToLong(request::seed).toArray());
        return first.pixels(request.noise() == null ? seeded : seeded.withNoise(request.noise()));
    }

    private static DrawRequest scaled(DrawRequest request, DrawRequest as) {
        DrawRequest made = as.guidance().isEmpty() ? request : request.withGuidance(as.guidance().getAsDouble());
        return as.steps().isEmpty() ? made : made.withSteps(as.steps().getAsInt());
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
