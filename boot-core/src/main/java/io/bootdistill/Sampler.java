package io.bootdistill;

import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.diffusion.StateListener;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.format.SchedulerConfig.TimestepSpacing;
import io.bootdistill.internal.sampling.DynamicThreshold;
import io.bootdistill.internal.sampling.SamplerWorkers;
import io.bootdistill.internal.sampling.Samples;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.sampling.TeacherPlan;
import io.bootdistill.internal.sampling.TimeSteps;
import io.bootdistill.internal.sampling.Trajectory;
import io.bootdistill.network.UNetConfig;

/**
 * Deterministic samplers of a teacher: the solvers of {@link SignalOde} in signal space (DDIM: η = 0). Immutable;
 * {@link #sample} may be called from several threads.
 *
 * <p>{@link #reference} is the yardstick: N steps from t_max to t_min, even but for the multistep solver's, then a last
 * prediction at t_min. The others are the format's spacings of a discrete schedule. The result of a sample does not depend on
 * the batch it is part of, nor on the number of workers.
 */
public final class Sampler {

    private final TeacherModel teacher;
    private final Trajectory trajectory;
    private final Guidance guidance;
    private final double clip;
    private final DynamicThreshold threshold;
    private final int workers;
    private final int block;

    private Sampler(
            TeacherModel teacher, Trajectory trajectory, Guidance guidance, double clip, DynamicThreshold threshold,
            int workers, int block) {
        this.teacher = teacher;
        this.trajectory = trajectory;
        this.guidance = guidance;
        this.clip = clip;
        this.threshold = threshold;
        this.workers = workers;
        this.block = block;
    }

    /** The reference sampler with DDIM steps, unguided and unclipped. */
    public static Sampler reference(Denoiser teacher, int steps) {
        return reference(teacher, Solver.DDIM, steps);
    }

    /**
     * The reference sampler.
     *
     * @param steps N ≥ 1; costs N + 1 teacher calls (2N with Heun's or the midpoint solver), 1 for N = 1
     */
    public static Sampler reference(Denoiser teacher, Solver solver, int steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("steps is " + steps + ", must be at least 1");
        }
        return of(teacher, Trajectory.reference(teacher.schedule(), solver, steps));
    }

    /**
     * A sampler of the format.
     *
     * @param steps 1 … N of the schedule
     * @throws IllegalArgumentException if the teacher's schedule is not discrete
     */
    public static Sampler discrete(Denoiser teacher, Solver solver, TimestepSpacing spacing, int steps) {
        if (!(teacher.schedule() instanceof DiscreteSchedule schedule)) {
            throw new IllegalArgumentException("spacing " + spacing + " needs a discrete schedule");
        }
        int offset = 0;
        boolean toCleanImage = true;
        SchedulerConfig scheduler = Teacher.resolve(teacher).scheduler();
        if (scheduler != null) {
            offset = scheduler.stepsOffset();
            toCleanImage = scheduler.setAlphaToOne();
        }
        double[] times = TimeSteps.of(schedule.size(), spacing, steps, offset);
        return of(teacher, Trajectory.discrete(schedule, solver, times, toCleanImage));
    }

    private static Sampler of(Denoiser denoiser, Trajectory trajectory) {
        TeacherModel teacher = Teacher.resolve(denoiser);
        if (teacher.isNetwork()
                && teacher.network().config().timeEmbeddingType() == UNetConfig.TimeEmbeddingType.FOURIER
                && trajectory.times()[trajectory.evaluations() - 1] <= 0) {
            throw new IllegalArgumentException("time_embedding_type is fourier, which divides by the time step: the sampler"
                    + " must not end at time step 0; use trailing spacing");
        }
        double first = trajectory.times()[0];
        if (teacher.schedule() instanceof DiscreteSchedule schedule && Double.isInfinite(schedule.lambda(first))) {
            throw new IllegalArgumentException("the schedule is pure noise at the first time step, where λ is infinite; use"
                    + " leading spacing or the reference sampler");
        }
        return new Sampler(teacher, trajectory, null, 0, null, Runtime.getRuntime().availableProcessors(), 8);
    }

    /** The same sampler with guidance; null for none. */
    public Sampler withGuidance(Guidance guidance) {
        TeacherPlan.requireGuidance(teacher.condition(), guidance);
        return new Sampler(teacher, trajectory, guidance, clip, threshold, workers, block);
    }

    /** The same sampler with the prediction of x₀ limited to ± {@code clip}; 0 for no limit. */
    public Sampler withClip(double clip) {
        if (!(clip >= 0)) {
            throw new IllegalArgumentException("clip is " + clip + ", must be at least 0");
        }
        return new Sampler(teacher, trajectory, guidance, clip, null, workers, block);
    }

    /**
     * The same sampler with the prediction of x₀ limited as the teacher's scheduler says: clamped, or by dynamic thresholding;
     * for ε-prediction alone. Few teachers of that kind can be sampled without.
     */
    public Sampler withSchedulerLimits() {
        return new Sampler(teacher, trajectory, guidance, teacher.schedulerClip(),
                teacher.schedulerThreshold(), workers, block);
    }

    /** The same sampler with another number of threads, at least 1. */
    public Sampler withWorkers(int workers) {
        if (workers < 1) {
            throw new IllegalArgumentException("workers is " + workers + ", must be at least 1");
        }
        return new Sampler(teacher, trajectory, guidance, clip, threshold, workers, block);
    }

    /** Number of teacher evaluations of one sample, not counting those of guidance. */
    public int evaluations() {
        int count = 0;
        for (int i = 0; i < trajectory.evaluations(); i++) {
            count += trajectory.isTwice(i) ? 2 : 1;
        }
        return count;
    }

    /**
     * Samples one image per seed, from the noise that {@link Student#sample(long[], int[])} makes of it.
     *
     * @param labels one per seed; null for a teacher without labels
     * @return [seeds][channels][height][width], about −1 … 1, not clamped
     */
    public float[] sample(long[] seeds, int[] labels) {
        return sample(Samples.noise(teacher.shape(), seeds), Samples.conditions(labels));
    }

    /**
     * Samples from given noise.
     *
     * @param noise [n][channels][height][width]
     * @param condition {@link io.bootdistill.network.ConditionShape#floats()} values per sample; may be null where none
     * @return like noise, not clamped
     */
    public float[] sample(float[] noise, float[] condition) {
        return sample(noise, condition, null);
    }

    /** Like {@link #sample(float[], float[])}, with every state handed to a listener, which must be thread-safe. */
    public float[] sample(float[] noise, float[] condition, StateListener listener) {
        int n = Samples.count(teacher.shape(), noise, teacher.condition(), condition);
        float[] samples = new float[noise.length];
        int blocks = (n + block - 1) / block;
        try (SamplerWorkers pool = new SamplerWorkers(
                teacher, trajectory, guidance, clip, threshold, teacher.device().workers(Math.min(workers, blocks)),
                Math.min(block, n))) {
            pool.run(n, noise, condition, samples, listener);
        }
        return samples;
    }
}
