package io.bootdistill;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Scope;
import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.Decoder;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.diffusers.DiffusersFolder;
import io.bootdistill.internal.sampling.Samples;
import io.bootdistill.internal.sampling.StudentPlan;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.internal.work.WorkerPool;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.UNet;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A one-step generator: noise in, image out, one network call. A student with two times, distilled with a
 * {@link DistillationConfig#restartShare}, can refine the image in further calls.
 *
 * <p>An image is a function of its seed and label alone: not of the other images of a call, nor of the number of workers.
 * Thread-safe; calls take turns, and each uses all workers. {@link #close} frees the device memory.
 */
public final class Student implements AutoCloseable {

    /** Samples that a worker takes through the network at once. */
    private static final int BLOCK = 8;

    private static final int MOST_STEPS = 1_000;

    private final Model model;
    private final NoiseSchedule schedule;
    private final Prediction prediction;
    private final int nullLabel;
    private final GuidanceRange guidance;
    private final SchedulerConfig scheduler;
    private final int workers;
    private final List<StudentPlan> plans = new ArrayList<>();
    private WorkerPool pool;
    private boolean closed;

    /**
     * Takes over the ownership of the model.
     *
     * @param prediction what its output means
     * @param scheduler the teacher's, null where it has none
     */
    Student(
            Model model, NoiseSchedule schedule, Prediction prediction, int nullLabel, GuidanceRange guidance,
            SchedulerConfig scheduler, int workers) {
        this.model = model;
        this.schedule = schedule;
        this.prediction = prediction;
        this.nullLabel = nullLabel;
        this.guidance = guidance;
        this.scheduler = scheduler;
        this.workers = workers;
    }

    /**
     * Reads a student that {@link #save} wrote, onto the best device.
     *
     * @throws io.bootdistill.error.ModelFormatException if the folder is damaged or holds something else
     */
    public static Student load(Path folder) throws IOException {
        return load(folder, Devices.best());
    }

    /** Reads a student onto the given device. */
    public static Student load(Path folder, Device device) throws IOException {
        return StudentFolder.read(folder, device, Runtime.getRuntime().availableProcessors());
    }

    /**
     * Whether a model folder holds a student rather than a teacher.
     *
     * @throws io.bootdistill.error.ModelFormatException if it is no model folder
     */
    public static boolean isStudent(Path folder) {
        return StudentFolder.isStudent(DiffusersFolder.open(folder));
    }

    /**
     * Writes the student in the diffusers layout: an ordinary {@code UNet2DModel} with the time input folded into its weights,
     * and the scheduler whose single step gives the sample. A student that is given the guidance scale keeps that input, which
     * the format does not have; so does one with two times, whose steps no diffusers scheduler takes.
     *
     * @throws IOException naming the folder and the cause; an older student there is then as it was
     * @throws UnsupportedOperationException if the network or the schedule has no diffusers form
     */
    public void save(Path folder) throws IOException {
        save(folder, guidance);
    }

    /**
     * Like {@link #save(Path)}, for one guidance scale alone: folded into the weights like the time, so that a student that is
     * given the scale becomes an ordinary {@code UNet2DModel}, too.
     *
     * @param scale w, in the range of {@link #guidance}
     */
    public void save(Path folder, double scale) throws IOException {
        guidance.require(scale);
        save(folder, new GuidanceRange(scale, scale));
    }

    private synchronized void save(Path folder, GuidanceRange range) throws IOException {
        requireOpen();
        if (!isSavable()) {
            throw new UnsupportedOperationException("only students of diffusers U-Net teachers have a diffusers form");
        }
        StudentFolder.write(folder, this, range);
    }

    /** Whether {@link #save} has a form for it. */
    boolean isSavable() {
        return model.graph().network() instanceof UNet && scheduler != null;
    }

    /** Takes over other weights; not while sampling. */
    synchronized void load(Model source, Slice trained) {
        model.load(source, trained);
    }

    /** Shape of an image. */
    public ImageShape shape() {
        return model.graph().network().input();
    }

    /** What the student is conditioned on. */
    public ConditionShape condition() {
        return model.graph().network().condition();
    }

    /** The label that means no condition; −1 where there is none. */
    public int nullLabel() {
        return nullLabel;
    }

    /** The guidance scales that it was distilled for; 1 … 1 without guidance. */
    public GuidanceRange guidance() {
        return guidance;
    }

    /** Whether {@link #sample(long[], int[], double, int)} can take several steps. */
    public boolean hasTwoTimes() {
        return model.graph().network().scalars().contains(ScalarInputs.TARGET_TIME);
    }

    /** The most steps that a sample can take: 1 for a student with one time. */
    public int mostSteps() {
        return hasTwoTimes() ? MOST_STEPS : 1;
    }

    /**
     * Samples one image per seed; a student that is given the guidance scale, with the middle of its range.
     *
     * @param labels one per seed; null for a student without labels
     * @return [seeds][channels][height][width], about −1 … 1, not clamped
     */
    public float[] sample(long[] seeds, int[] labels) {
        return sample(seeds, labels, guidance.middle());
    }

    /**
     * Samples one image per seed with a guidance scale.
     *
     * @param scale w, in the range of {@link #guidance}
     */
    public float[] sample(long[] seeds, int[] labels, double scale) {
        return sample(Samples.noise(shape(), seeds), Samples.conditions(labels), scale);
    }

    /**
     * Samples one image per seed in several steps.
     *
     * @param steps network calls, 1 … {@link #mostSteps}, at even times from t_max to t_min
     */
    public float[] sample(long[] seeds, int[] labels, double scale, int steps) {
        float[] noise = Samples.noise(shape(), seeds);
        float[] samples = new float[noise.length];
        sample(noise, Samples.conditions(labels), scale, steps, samples);
        return samples;
    }

    /**
     * Samples from given noise.
     *
     * @param noise [n][channels][height][width], standard normal
     * @param condition {@link ConditionShape#floats()} values per sample; null where none
     * @return like noise, not clamped
     */
    public float[] sample(float[] noise, float[] condition) {
        return sample(noise, condition, guidance.middle());
    }

    /** Like {@link #sample(float[], float[])}, with a guidance scale in the range of {@link #guidance}. */
    public float[] sample(float[] noise, float[] condition, double scale) {
        float[] samples = new float[noise.length];
        sample(noise, condition, scale, samples);
        return samples;
    }

    /**
     * Like {@link #sample(float[], float[])}, into an array of the caller's. Once called with as many samples, it allocates
     * next to nothing.
     *
     * @param samples written; as long as {@code noise}
     */
    public void sample(float[] noise, float[] condition, float[] samples) {
        sample(noise, condition, guidance.middle(), samples);
    }

    /** Like {@link #sample(float[], float[], float[])}, with a guidance scale in the range of {@link #guidance}. */
    public void sample(float[] noise, float[] condition, double scale, float[] samples) {
        sample(noise, condition, scale, 1, samples);
    }

    /** Like {@link #sample(float[], float[], double, float[])}, in 1 … {@link #mostSteps} steps. */
    public synchronized void sample(float[] noise, float[] condition, double scale, int steps, float[] samples) {
        guidance.require(scale);
        Checks.that(steps >= 1 && steps <= mostSteps(), "steps", steps, hasTwoTimes() ? "1 … " + MOST_STEPS
                : "1 for this student, which reads pure noise alone; one that is distilled with a restartShare can take more");
        int n = Samples.count(shape(), noise, condition(), condition);
        Checks.that(samples.length == noise.length, "the length of samples", samples.length, "that of noise, " + noise.length);
        requireOpen();
        int blocks = (n + BLOCK - 1) / BLOCK;
        openPlans(model.device().workers(Math.min(workers, blocks)));
        double[] times = times(steps);
        pool.run(blocks, (worker, task) -> plans.get(worker).run(
                task * BLOCK, Math.min(BLOCK, n - task * BLOCK), noise, condition, (float) scale, times, samples));
    }

    /** Even times from t_max to t_min. */
    private double[] times(int steps) {
        double[] times = new double[steps + 1];
        Arrays.setAll(times, i -> SignalOde.Solver.DDIM.time(schedule, i, steps));
        return times;
    }

    /** Samples one image per seed, decoded and clamped. */
    public List<BufferedImage> images(long[] seeds, int[] labels) {
        return Decoder.IDENTITY.images(shape(), sample(seeds, labels));
    }

    /** As many plans and threads as a call can use, kept for the next. */
    private void openPlans(int count) {
        if (plans.size() >= count) {
            return;
        }
        while (plans.size() < count) {
            plans.add(new StudentPlan(model, schedule, prediction, BLOCK));
        }
        if (pool != null) {
            pool.close();
        }
        pool = new WorkerPool(count);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the student is closed");
        }
    }

    Model model() {
        return model;
    }

    NoiseSchedule schedule() {
        return schedule;
    }

    Prediction prediction() {
        return prediction;
    }

    SchedulerConfig scheduler() {
        return scheduler;
    }

    /** The time that the network of a student with one time is given. */
    double networkTime() {
        return schedule.networkTime(schedule.tMin());
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (Scope scope = new Scope()) {
            scope.own(model);
            plans.forEach(scope::own);
            if (pool != null) {
                scope.own(pool);
            }
        }
    }
}
