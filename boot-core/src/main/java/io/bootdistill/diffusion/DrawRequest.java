package io.bootdistill.diffusion;

import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ImageShape;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a teacher is to draw: prompts, or labels of classes, or just so many pictures; and how. Made by {@link #ofPrompts}, {@link
 * #ofLabels} or {@link #ofCount} and the methods {@code with…}, each of which returns another request:
 *
 * <pre>{@code DrawRequest.ofPrompts("a red apple on blue").withSteps(25).withGuidance(3).withSeed(7)}</pre>
 *
 * <p>Picture i has the seed of the first plus i, whatever else is drawn. Where nothing is said, the teacher's pipeline has its
 * usual number of steps, scale and size. Immutable, but for arrays given, which are not copied. Thread-safe.
 */
public final class DrawRequest {

    private static final int MOST_PICTURES = 1 << 20;

    private final List<String> prompts;
    private final int @Nullable [] labels;
    private int each;
    private String negative = "";
    private double guidance = Double.NaN;
    private int steps;
    private @Nullable FewSteps sampler;
    private long seed;
    private long @Nullable [] seeds;
    private float @Nullable [] noise;
    private int width;
    private int height;
    private float @Nullable [] images;
    private @Nullable ImageShape imageShape;
    private int noiseLevel = -1;
    private boolean reference;
    private GuidanceInterval interval = GuidanceInterval.ALWAYS;
    private double rescale;

    private DrawRequest(List<String> prompts, int @Nullable [] labels, int each) {
        this.prompts = prompts;
        this.labels = labels;
        this.each = each;
    }

    private DrawRequest copy() {
        DrawRequest copy = new DrawRequest(prompts, labels, each);
        copy.negative = negative;
        copy.guidance = guidance;
        copy.steps = steps;
        copy.sampler = sampler;
        copy.seed = seed;
        copy.seeds = seeds;
        copy.noise = noise;
        copy.width = width;
        copy.height = height;
        copy.images = images;
        copy.imageShape = imageShape;
        copy.noiseLevel = noiseLevel;
        copy.reference = reference;
        copy.interval = interval;
        copy.rescale = rescale;
        return copy;
    }

    /** A picture of each prompt; at least one; an empty one is a prompt without words. */
    public static DrawRequest ofPrompts(String... prompts) {
        return ofPrompts(Checks.copy("prompts", prompts));
    }

    /** Likewise. */
    public static DrawRequest ofPrompts(List<String> prompts) {
        Checks.that(!Checks.notNull("prompts", prompts).isEmpty(), "the number of prompts", 0, "at least 1");
        return new DrawRequest(Checks.copy("prompts", prompts), null, 1);
    }

    /** A picture of each label, of a teacher of classes; at least one. */
    public static DrawRequest ofLabels(int... labels) {
        Checks.that(Checks.notNull("labels", labels).length > 0, "the number of labels", 0, "at least 1");
        return new DrawRequest(List.of(), labels.clone(), 1);
    }

    /** So many pictures, of a teacher without conditions. */
    public static DrawRequest ofCount(int pictures) {
        Checks.range("pictures", pictures, 1, MOST_PICTURES);
        return new DrawRequest(List.of(), null, pictures);
    }

    /** So many pictures of each prompt or label, one after another. */
    public DrawRequest withCount(int each) {
        Checks.range("pictures", each, 1, MOST_PICTURES);
        DrawRequest copy = copy();
        copy.each = each;
        return copy;
    }

    /** What guidance leads away from, instead of the empty prompt. */
    public DrawRequest withNegative(String prompt) {
        DrawRequest copy = copy();
        copy.negative = Checks.notNull("negative", prompt);
        return copy;
    }

    /** With a guidance scale w, at least 0; 1 is none. */
    public DrawRequest withGuidance(double scale) {
        Checks.atLeastZero("guidance", scale);
        DrawRequest copy = copy();
        copy.guidance = scale;
        return copy;
    }

    /** In so many steps, 1 … 1,000. */
    public DrawRequest withSteps(int steps) {
        Checks.range("steps", steps, 1, 1000);
        DrawRequest copy = copy();
        copy.steps = steps;
        return copy;
    }

    /** By this sampler, of a student that denoises; null for its own. */
    public DrawRequest withSampler(@Nullable FewSteps sampler) {
        DrawRequest copy = copy();
        copy.sampler = sampler;
        return copy;
    }

    /**
     * By the reference that students are compared with, rather than the format's sampler: times are even, and where the schedule
     * leaves signal at t_max, the steps start with the teacher's prediction of it there instead of the noise alone.
     */
    public DrawRequest asReference() {
        return asReference(GuidanceInterval.ALWAYS, 0);
    }

    /** Likewise, with guidance at some times alone, and rescaled: see {@link Guidance}. */
    public DrawRequest asReference(GuidanceInterval interval, double rescale) {
        DrawRequest copy = copy();
        copy.reference = true;
        copy.interval = Checks.notNull("interval", interval);
        copy.rescale = rescale;
        return copy;
    }

    /** With the seed of the first picture; unless said otherwise, 0. */
    public DrawRequest withSeed(long first) {
        DrawRequest copy = copy();
        copy.seed = first;
        copy.seeds = null;
        return copy;
    }

    /** With a seed of each picture, of all prompts or labels, one after another. */
    public DrawRequest withSeeds(long... seeds) {
        Checks.that(Checks.notNull("seeds", seeds).length == count(), "the number of seeds", seeds.length,
                count() + ", one for each picture");
        DrawRequest copy = copy();
        copy.seeds = seeds.clone();
        return copy;
    }

    /** From given noise instead of that of seeds, [pictures][channels][height][width] of the network's input, standard normal. */
    public DrawRequest withNoise(float[] noise) {
        DrawRequest copy = copy();
        copy.noise = Checks.notNull("noise", noise);
        return copy;
    }

    /** With pictures of so many pixels. */
    public DrawRequest withSize(int width, int height) {
        Checks.range("width", width, 1, 1 << 14);
        Checks.range("height", height, 1, 1 << 14);
        DrawRequest copy = copy();
        copy.width = width;
        copy.height = height;
        return copy;
    }

    /**
     * With smaller pictures to enlarge, for a teacher of super-resolution: one for each prompt, or one for each picture.
     *
     * @param shape of each
     * @param images [n][channels][height][width], about −1 … 1, n at least 1
     */
    public DrawRequest withImages(ImageShape shape, float[] images) {
        Checks.notNull("shape", shape);
        Checks.notNull("images", images);
        Checks.that(images.length > 0 && images.length % shape.size() == 0, "the length of images", images.length,
                "a positive multiple of " + shape.size() + " (" + shape + ")");
        for (int i = 0; i < images.length; i++) {
            Checks.that(Float.isFinite(images[i]), "images[" + i + "]", images[i], "finite");
        }
        DrawRequest copy = copy();
        copy.imageShape = shape;
        copy.images = images;
        return copy;
    }

    /** With the pictures that are enlarged noised to a level, a time step's index, at least 0; by default 250, the last of fewer. */
    public DrawRequest withNoiseLevel(int level) {
        Checks.that(level >= 0, "noise level", level, "at least 0");
        DrawRequest copy = copy();
        copy.noiseLevel = level;
        return copy;
    }

    /** Empty where there are labels, or nothing is asked for but pictures. */
    public List<String> prompts() {
        return prompts;
    }

    /** Null where there are none. */
    public int @Nullable [] labels() {
        return labels;
    }

    /** Pictures of each prompt or label. */
    public int each() {
        return each;
    }

    /** See {@link #asReference}. */
    public boolean isReference() {
        return reference;
    }

    /** The times at which it is guided. */
    public GuidanceInterval guidanceInterval() {
        return interval;
    }

    /** How much it is rescaled. */
    public double guidanceRescale() {
        return rescale;
    }

    /** All pictures. */
    public int count() {
        long count = (long) each * (labels != null ? labels.length : Math.max(1, prompts.size()));
        Checks.that(count >= 1 && count <= MOST_PICTURES, "pictures", count, "1 … " + MOST_PICTURES);
        Checks.that(seeds == null || seeds.length == count, "seeds", seeds == null ? 0 : seeds.length, count + ", one for each picture");
        return (int) count;
    }

    /** The negative prompt; empty for the null condition. */
    public String negative() {
        return negative;
    }

    /** The guidance scale; empty where the pipeline's usual one is wanted. */
    public OptionalDouble guidance() {
        return Double.isNaN(guidance) ? OptionalDouble.empty() : OptionalDouble.of(guidance);
    }

    /** The number of steps; empty where the pipeline's usual one is wanted. */
    public OptionalInt steps() {
        return steps == 0 ? OptionalInt.empty() : OptionalInt.of(steps);
    }

    /** How a student that denoises takes them; null for its own way. */
    public @Nullable FewSteps sampler() {
        return sampler;
    }

    /** The seed of a picture. */
    public long seed(int picture) {
        return seeds != null ? seeds[picture] : seed + picture;
    }

    /** Null where there are seeds. */
    public float @Nullable [] noise() {
        return noise;
    }

    /** Pixels of a row; 0 where the pipeline's usual size is wanted. */
    public int width() {
        return width;
    }

    /** Rows of pixels; 0 where the pipeline's usual size is wanted. */
    public int height() {
        return height;
    }

    /** The pictures that are to be enlarged; null where there are none. */
    public float @Nullable [] images() {
        return images;
    }

    /** The shape of each of these; null where there are none. */
    public @Nullable ImageShape imageShape() {
        return imageShape;
    }

    /** The level that they are noised to; empty where the pipeline's usual one is wanted. */
    public OptionalInt noiseLevel() {
        return noiseLevel < 0 ? OptionalInt.empty() : OptionalInt.of(noiseLevel);
    }
}
