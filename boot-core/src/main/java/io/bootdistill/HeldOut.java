package io.bootdistill;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.ConditionSource.Prompts;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.StagePrompts;
import io.bootdistill.diffusion.StateListener;
import io.bootdistill.error.NotFiniteException;
import io.bootdistill.internal.pipeline.Finite;
import io.bootdistill.internal.pipeline.Pipeline;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.sampling.Trajectory;
import io.bootdistill.metric.Diversity;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.ConditionShape;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Held-out noise and what the reference sampler of the teacher makes of it: the measure of a student that needs no data. The
 * noise has a seed of its own, the same for every run; label i mod the real classes goes with noise i.
 */
public final class HeldOut {

    private static final long SEED = 0x5EEDL << 32 | 0x0B007;
    static final int SHOWN = 64;
    private static final int PORTION = 100;
    static final int GAP_SAMPLES = 16;
    static final int NOISES_OF_A_PROMPT = 4;

    private final TeacherModel teacher;
    private final @Nullable Pipeline pipeline;
    private final long[] seeds;

    /** As the teacher is given them. */
    private final float[] condition;

    /** As the student is: the same, but whole where the teacher reads rows of a table. */
    private final float[] studentCondition;

    private final int count;

    /** Whether the conditions tell classes or prompts, within which samples are to differ. */
    private final boolean grouped;

    private final int size;
    private float @Nullable [] reference;
    private float @Nullable [] shownReference;

    /** @param pipeline that makes pictures of the teacher's latents and reads its prompts; null for a teacher of pixels */
    HeldOut(TeacherModel teacher, int count, ConditionSource conditions, int nullLabel, @Nullable Pipeline pipeline) {
        this.teacher = teacher;
        this.pipeline = pipeline;
        this.count = count;
        Prompts prompts = conditions.asPrompts();
        grouped = teacher.condition() instanceof ConditionShape.Label || prompts != null;
        size = teacher.shape().size();
        seeds = seeds(count);
        int floats = teacher.condition().floats();
        condition = new float[count * floats];
        for (int i = 0; i < count && floats > 0; i++) {
            if (conditions instanceof StagePrompts staged) {
                int prompt = prompts.heldOut()[i % promptsShown(prompts)];
                staged.drawPicture(prompt, Philox.seed(SEED, 1, i), condition, i * floats);
            } else if (prompts != null) {
                condition[i] = prompts.heldOut()[i % promptsShown(prompts)];
            } else if (teacher.condition() instanceof ConditionShape.Label label) {
                condition[i] = realLabel(i, label.count(), nullLabel);
            } else {
                conditions.draw(Philox.seed(SEED, 1, i), condition, i * floats);
            }
        }
        studentCondition = prompts != null ? encoded(prompts) : condition;
    }

    /** As many that there are a few noises for each, as its diversity needs. */
    private int promptsShown(Prompts prompts) {
        return Math.max(1, Math.min(prompts.heldOut().length, count / NOISES_OF_A_PROMPT));
    }

    private float[] encoded(Prompts prompts) {
        int shown = Math.min(count, promptsShown(prompts));
        float[] known = pipeline.encoded(prompts.heldOutPrompts().subList(0, shown), pipeline.picture(teacher.shape()));
        int floats = known.length / shown;
        float[] all = new float[Math.multiplyExact(count, floats)];
        for (int i = 0; i < count; i++) {
            System.arraycopy(known, i % shown * floats, all, i * floats, floats);
            int carried = condition.length / count - 1; // behind the prompt
            System.arraycopy(condition, i * (carried + 1) + 1, all, (i + 1) * floats - carried, carried);
        }
        return all;
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

    /** The noise and the conditions, as a teacher is given them. */
    SampleRequest request() {
        return request(condition, 0, count);
    }

    private SampleRequest request(float[] conditions, int from, int to) {
        int floats = conditions.length / count;
        return SampleRequest.ofSeeds(Arrays.copyOfRange(seeds, from, to))
                .withConditions(Arrays.copyOfRange(conditions, from * floats, to * floats));
    }

    /** Number of values of all samples. */
    int length() {
        return count * size;
    }

    /** Tells one draw of the conditions from another. */
    String key() {
        return "conditions " + (condition.length == 0 ? 0 : Arrays.hashCode(studentCondition));
    }

    /**
     * What the reference sampler makes of the noise, in portions that are reported.
     *
     * @param handle asked at each step of a block, as is whether the thread is interrupted; null within a checkpoint, which is
     *     written whoever stops the run
     * @throws CancellationException if the run is to stop
     * @throws NotFiniteException if a sample is not finite
     */
    float[] makeReference(
            DistillationConfig config, @Nullable Guidance guidance, DistillationListener listener, @Nullable RunHandle handle) {
        Sampler unlimited = Sampler.reference(teacher, config.evaluation().referenceSteps()).withGuidance(guidance);
        Sampler sampler = config.clip().isOfScheduler()
                ? unlimited.withSchedulerLimits() : unlimited.withClip(config.clip().or(0));
        Thread run = Thread.currentThread();
        StateListener stopping = handle == null ? null
                : (step, from, n, x) -> requireGoingOn(handle.isStopped() || run.isInterrupted());
        float[] samples = new float[length()];
        for (int from = 0; from < count; from += PORTION) {
            int done = from;
            Notifications.tell("preparing", () -> listener.preparing(done, count));
            requireGoingOn(handle != null && TrainingRun.isStopped(handle));
            int to = Math.min(count, from + PORTION);
            float[] portion = sampler.sample(request(condition, from, to).withWorkers(config.work().workers()), stopping);
            Finite.require("the teacher's sample of held-out noise", from, portion, size,
                    " in " + config.evaluation().referenceSteps() + " steps");
            System.arraycopy(portion, 0, samples, from * size, portion.length);
        }
        Notifications.tell("preparing", () -> listener.preparing(count, count));
        return samples;
    }

    private static void requireGoingOn(boolean stop) {
        if (stop) {
            throw new CancellationException("stopped before the first step");
        }
    }

    /**
     * How far the reference is from the samples of the format's own sampler, which takes ε for the state at t_max where that still
     * has signal: root mean square over the first noises. Empty where there is nothing to tell apart.
     */
    OptionalDouble gapToStock(DistillationConfig config, @Nullable Guidance guidance) {
        if (teacher.scheduler() == null || !Trajectory.startsWithSignal(teacher.schedule())) {
            return OptionalDouble.empty();
        }
        int n = Math.min(count, GAP_SAMPLES);
        float[] stock = Sampler.fromNoise(teacher, config.evaluation().referenceSteps()).withGuidance(guidance)
                .sample(request(condition, 0, n).withWorkers(config.work().workers()));
        return OptionalDouble.of(PairedError.rmse(limited(stock), Arrays.copyOf(reference, stock.length)));
    }

    void setReference(float[] samples) {
        reference = limited(samples);
        shownReference = shown(reference);
    }

    /** Images as they are compared; latents are never clamped. */
    private float[] limited(float[] samples) {
        return pipeline == null ? PairedError.clamp(samples) : samples;
    }

    /** The first samples, as they are looked at. */
    private float[] shown(float[] samples) {
        float[] first = Arrays.copyOf(samples, Math.min(SHOWN, count) * size);
        return pipeline == null ? first : PairedError.clamp(pipeline.pixels(teacher.shape(), first));
    }

    /** @param sampled steps of a sample */
    DistillationListener.Quality measure(Student student, int sampled, long step, long images) {
        float[] samples = limited(student.sample(request(studentCondition, 0, count).withSteps(sampled)));
        float[] classes = grouped ? condition : new float[count];
        double least = Diversity.perClass(samples, reference, classes).values().stream()
                .mapToDouble(Double::doubleValue)
                .min()
                .orElse(Double.NaN);
        return new DistillationListener.Quality(
                step, images, PairedError.rmse(samples, reference), Diversity.ratio(samples, reference, classes), least,
                pipeline == null ? teacher.shape() : pipeline.picture(teacher.shape()), shown(samples), shownReference);
    }
}
