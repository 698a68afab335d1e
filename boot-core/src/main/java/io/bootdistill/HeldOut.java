package io.bootdistill;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.metric.Diversity;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.ConditionShape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Held-out noise and what the reference sampler of the teacher makes of it: the measure of a student that needs no data. The
 * noise has a seed of its own, the same for every run; label i mod the real classes goes with noise i.
 */
public final class HeldOut {

    private static final long SEED = 0x5EEDL << 32 | 0x0B007;
    private static final int SHOWN = 64;
    private static final int PORTION = 100;

    private final long[] seeds;
    private final float[] condition;
    private final int count;
    private final boolean labelled;
    private final int size;
    private float @Nullable [] reference;

    HeldOut(Denoiser teacher, int count, ConditionSource conditions, int nullLabel) {
        this.count = count;
        labelled = teacher.condition() instanceof ConditionShape.Label;
        size = teacher.shape().size();
        seeds = seeds(count);
        int floats = teacher.condition().floats();
        condition = new float[count * floats];
        for (int i = 0; i < count && floats > 0; i++) {
            if (teacher.condition() instanceof ConditionShape.Label label) {
                condition[i] = realLabel(i, label.count(), nullLabel);
            } else {
                conditions.draw(Philox.seed(SEED, 1, i), condition, i * floats);
            }
        }
    }

    /**
     * Seeds of held-out noise, for {@link Sampler#sample(long[], int[])} and {@link Student#sample(long[], int[])}: no run
     * trains on it. The first are those that a run is measured on.
     */
    public static long[] seeds(int count) {
        long[] seeds = new long[count];
        for (int i = 0; i < count; i++) {
            seeds[i] = Philox.seed(SEED, 0, i);
        }
        return seeds;
    }

    private static int realLabel(int i, int labels, int nullLabel) {
        boolean hasNull = nullLabel >= 0 && nullLabel < labels && labels > 1;
        int label = i % (hasNull ? labels - 1 : labels);
        return hasNull && label >= nullLabel ? label + 1 : label;
    }

    /** The noise and the conditions. */
    SampleRequest request() {
        return request(0, count);
    }

    private SampleRequest request(int from, int to) {
        int floats = condition.length / count;
        return SampleRequest.ofSeeds(Arrays.copyOfRange(seeds, from, to))
                .withConditions(Arrays.copyOfRange(condition, from * floats, to * floats));
    }

    /** Number of values of all samples. */
    int length() {
        return count * size;
    }

    /** Tells one draw of the conditions from another. */
    String key() {
        return "conditions " + (condition.length == 0 ? 0 : Arrays.hashCode(condition));
    }

    /** What the reference sampler makes of the noise, in portions that are reported. */
    float[] makeReference(
            Denoiser teacher, DistillationConfig config, @Nullable Guidance guidance, DistillationListener listener) {
        Sampler unlimited = Sampler.reference(teacher, config.evaluation().referenceSteps()).withGuidance(guidance);
        Sampler sampler = config.clip().isOfScheduler()
                ? unlimited.withSchedulerLimits() : unlimited.withClip(config.clip().or(0));
        float[] samples = new float[length()];
        for (int from = 0; from < count; from += PORTION) {
            int done = from;
            Notifications.tell("preparing", () -> listener.preparing(done, count));
            int to = Math.min(count, from + PORTION);
            float[] portion = sampler.sample(request(from, to).withWorkers(config.work().workers()));
            System.arraycopy(portion, 0, samples, from * size, portion.length);
        }
        Notifications.tell("preparing", () -> listener.preparing(count, count));
        return samples;
    }

    void setReference(float[] samples) {
        reference = PairedError.clamp(samples);
    }

    DistillationListener.Quality measure(Student student, long step, long images) {
        float[] samples = PairedError.clamp(student.sample(request()));
        float[] classes = labelled ? condition : new float[count];
        int shown = Math.min(SHOWN, count) * size;
        double least = Diversity.perClass(samples, reference, classes).values().stream()
                .mapToDouble(Double::doubleValue)
                .min()
                .orElse(Double.NaN);
        return new DistillationListener.Quality(
                step, images, PairedError.rmse(samples, reference), Diversity.ratio(samples, reference, classes), least,
                Arrays.copyOf(samples, shown), Arrays.copyOf(reference, shown));
    }
}
