package io.bootdistill.diffusion;

import io.bootdistill.device.Philox;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import org.jspecify.annotations.Nullable;

/**
 * What to sample: noise, or seeds of it; conditions; and for a student, a guidance scale and a number of steps. Made by
 * {@link #ofSeeds} or {@link #ofNoise} and the methods {@code with…}, each of which returns another request:
 *
 * <pre>{@code SampleRequest.ofSeeds(1, 2, 3).withLabels(0, 1, 2).withGuidance(3).withSteps(2)}</pre>
 *
 * <p>Immutable, but for its arrays, which are not copied: whoever changes them does it between calls. Whether the request fits
 * a model is checked when that is asked for samples. Thread-safe.
 */
public final class SampleRequest {

    /** The most that an array holds. */
    private static final int MOST_VALUES = Integer.MAX_VALUE - 8;

    /** Null where there is noise, and what is drawn besides has the seeds of the images' numbers. */
    private final long @Nullable [] seeds;

    /** Null where there are seeds. */
    private final float @Nullable [] noise;

    /** Null where there are none, or {@link #conditions}. */
    private final int @Nullable [] labels;

    private final float @Nullable [] conditions;

    /** NaN for the default. */
    private final double guidance;

    private final int steps;

    /** Null for the student's own. */
    private final @Nullable FewSteps sampler;

    /** 0 for the default. */
    private final int workers;

    private SampleRequest(
            long @Nullable [] seeds, float @Nullable [] noise, int @Nullable [] labels, float @Nullable [] conditions,
            double guidance, int steps, @Nullable FewSteps sampler, int workers) {
        this.seeds = seeds;
        this.noise = noise;
        this.labels = labels;
        this.conditions = conditions;
        this.guidance = guidance;
        this.steps = steps;
        this.sampler = sampler;
        this.workers = workers;
    }

    /** One image per seed, each from noise of its own; at least one. */
    public static SampleRequest ofSeeds(long... seeds) {
        Checks.notNull("seeds", seeds);
        Checks.that(seeds.length > 0, "the number of seeds", seeds.length, "at least 1");
        return new SampleRequest(seeds, null, null, null, Double.NaN, 1, null, 0);
    }

    /** Images from given noise, [n][channels][height][width], standard normal; at least one. */
    public static SampleRequest ofNoise(float[] noise) {
        Checks.notNull("noise", noise);
        return new SampleRequest(null, noise, null, null, Double.NaN, 1, null, 0);
    }

    /**
     * With seeds of what is drawn beside noise that is given, one for each image: of a sampler that noises anew. Unless said
     * otherwise, the image's number is its seed.
     */
    public SampleRequest withSeeds(long... seeds) {
        Checks.notNull("seeds", seeds);
        Checks.that(noise != null, "seeds", seeds.length + " of them",
                "those of the request, which has no noise but that of seeds");
        return new SampleRequest(seeds, noise, labels, conditions, guidance, steps, sampler, workers);
    }

    /** With a label for each image, instead of other conditions; null for none. */
    public SampleRequest withLabels(int @Nullable ... labels) {
        return new SampleRequest(seeds, noise, labels, null, guidance, steps, sampler, workers);
    }

    /** With {@link ConditionShape#floats()} values for each image, a label being one, instead of labels; null for none. */
    public SampleRequest withConditions(float @Nullable [] conditions) {
        return new SampleRequest(seeds, noise, null, conditions, guidance, steps, sampler, workers);
    }

    /**
     * With a guidance scale, in the range that the student was distilled for; unless said otherwise, the middle of it.
     *
     * @param scale w, at least 0
     */
    public SampleRequest withGuidance(double scale) {
        Checks.atLeastZero("guidance", scale);
        return new SampleRequest(seeds, noise, labels, conditions, scale, steps, sampler, workers);
    }

    /**
     * In several network calls of a student that can: at even times from t_max to t_min, or those of its {@link FewSteps}. One that
     * was distilled for several steps gives samples in as many alone, see {@code Objective.sampledSteps}, and does not know it.
     *
     * @param steps at least 1, which is the default
     */
    public SampleRequest withSteps(int steps) {
        Checks.that(steps >= 1, "steps", steps, "at least 1");
        return new SampleRequest(seeds, noise, labels, conditions, guidance, steps, sampler, workers);
    }

    /** By this sampler, of a student that denoises; null for its own. */
    public SampleRequest withSampler(@Nullable FewSteps sampler) {
        return new SampleRequest(seeds, noise, labels, conditions, guidance, steps, sampler, workers);
    }

    /**
     * By so many threads at most, at least 1; unless said otherwise, all that there are. The images do not depend on it. Each
     * needs device memory of its own.
     */
    public SampleRequest withWorkers(int workers) {
        Checks.that(workers >= 1, "workers", workers, "at least 1");
        return new SampleRequest(seeds, noise, labels, conditions, guidance, steps, sampler, workers);
    }

    /** Whether {@link #withGuidance} has set a scale. */
    public boolean hasGuidance() {
        return !Double.isNaN(guidance);
    }

    /** The guidance scale; NaN where none is set. */
    public double guidance() {
        return guidance;
    }

    /** Network calls of a student. */
    public int steps() {
        return steps;
    }

    /** How a student that denoises takes them; null for its own way. */
    public @Nullable FewSteps sampler() {
        return sampler;
    }

    /** The most threads, given what there are. */
    public int workers(int available) {
        return workers == 0 ? available : Math.min(workers, available);
    }

    /**
     * The number of images.
     *
     * @throws IllegalArgumentException if noise or conditions do not fit a model of these shapes
     */
    public int count(ImageShape shape, ConditionShape condition) {
        Checks.notNull("condition", condition);
        int size = Checks.notNull("shape", shape).size();
        if (noise != null && (noise.length == 0 || noise.length % size != 0)) {
            throw new IllegalArgumentException(
                    "noise has " + noise.length + " values, must be a positive multiple of " + size + " (" + shape + ")");
        }
        int count = noise == null ? seeds.length : noise.length / size;
        Checks.that(seeds == null || seeds.length == count, "the number of seeds", seeds == null ? 0 : seeds.length,
                count + ", one for each image");
        Checks.that((long) count * size <= MOST_VALUES, "the number of images", count, "at most " + MOST_VALUES / size
                + " of " + shape);
        int given = labels != null ? labels.length : conditions != null ? conditions.length : 0;
        boolean known = labels == null || condition.floats() <= 1;
        if (!known || given != (long) count * condition.floats()) {
            throw new IllegalArgumentException("condition has " + given + (labels != null ? " labels" : " values") + ", must be "
                    + count + " × " + condition.floats() + " values for " + condition);
        }
        if (condition instanceof ConditionShape.Label label) {
            requireLabels(count, label.count());
        }
        return count;
    }

    private void requireLabels(int count, int classes) {
        for (int i = 0; i < count; i++) {
            double label = labels != null ? labels[i] : conditions[i];
            if (label != Math.rint(label) || !(label >= 0 && label < classes)) {
                throw new IllegalArgumentException("label " + i + " is " + (labels != null ? (Object) labels[i] : conditions[i])
                        + ", must be a whole number 0 … " + (classes - 1));
            }
        }
    }

    /** The seed of an image's noise; where noise is given, that of what is drawn besides. */
    public long seed(long image) {
        return seeds == null ? image : seeds[(int) image];
    }

    /** Writes the noise of the images [from, from + n) into the first n places, [n][channels][height][width]. */
    public void writeNoise(ImageShape shape, int from, int n, float[] target) {
        Checks.notNull("target", target);
        int size = Checks.notNull("shape", shape).size();
        if (noise != null) {
            System.arraycopy(noise, from * size, target, 0, n * size);
            return;
        }
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < size; i++) {
                target[k * size + i] = Philox.normal(seeds[from + k], 0, i);
            }
        }
    }

    /** Writes the conditions of the images [from, from + n) into the first n places, {@link ConditionShape#floats()} each. */
    public void writeConditions(ConditionShape condition, int from, int n, float[] target) {
        Checks.notNull("target", target);
        int floats = Checks.notNull("condition", condition).floats();
        for (int i = 0; i < n * floats; i++) {
            target[i] = labels != null ? labels[from + i] : conditions[from * floats + i];
        }
    }
}
