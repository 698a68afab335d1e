package io.bootdistill;

import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.diffusion.StateListener;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.format.TimestepSpacing;
import io.bootdistill.internal.sampling.DynamicThreshold;
import io.bootdistill.internal.sampling.SampleBlock;
import io.bootdistill.internal.sampling.SamplerWorkers;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.sampling.TeacherPlans;
import io.bootdistill.internal.sampling.TimeSteps;
import io.bootdistill.internal.sampling.Trajectory;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.TimeEmbeddingType;
import io.bootdistill.network.UNet;
import org.jspecify.annotations.Nullable;

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
    private final @Nullable Guidance guidance;
    private final double clip;
    private final @Nullable DynamicThreshold threshold;

    private Sampler(
            TeacherModel teacher, Trajectory trajectory, @Nullable Guidance guidance, double clip,
            @Nullable DynamicThreshold threshold) {
        this.teacher = teacher;
        this.trajectory = trajectory;
        this.guidance = guidance;
        this.clip = clip;
        this.threshold = threshold;
    }

    /** The reference sampler with DDIM steps, unguided and unclipped. */
    public static Sampler reference(Denoiser teacher, int steps) {
        return reference(teacher, Solver.DDIM, steps);
    }

    /**
     * The reference sampler.
     *
     * @param steps N ≥ 1; costs N + 1 teacher calls (2N with Heun's or the midpoint solver), 1 for N = 1; one more where the state at
     *     t_max still has signal
     */
    public static Sampler reference(Denoiser teacher, Solver solver, int steps) {
        Checks.notNull("teacher", teacher);
        Checks.notNull("solver", solver);
        if (steps < 1) {
            throw new IllegalArgumentException("steps is " + steps + ", must be at least 1");
        }
        return of(Teacher.resolve(teacher), Trajectory.reference(teacher.schedule(), solver, steps));
    }

    /** The reference sampler of a teacher whose conditions may lie in a table. */
    static Sampler reference(TeacherModel teacher, int steps) {
        return of(teacher, Trajectory.reference(teacher.schedule(), Solver.DDIM, steps));
    }

    /**
     * A sampler of the format.
     *
     * @param steps 1 … N of the schedule
     * @throws IllegalArgumentException if the teacher's schedule is not discrete
     */
    public static Sampler discrete(Denoiser teacher, Solver solver, TimestepSpacing spacing, int steps) {
        Checks.notNull("teacher", teacher);
        Checks.notNull("solver", solver);
        Checks.notNull("spacing", spacing);
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
        return of(Teacher.resolve(teacher), Trajectory.discrete(schedule, solver, times, toCleanImage));
    }

    /** The format's sampler with trailing steps: from ε itself. */
    static Sampler fromNoise(TeacherModel teacher, int steps) {
        DiscreteSchedule schedule = (DiscreteSchedule) teacher.schedule();
        double[] times = TimeSteps.of(schedule.size(), TimestepSpacing.TRAILING, steps, 0);
        return of(teacher, Trajectory.discrete(schedule, Solver.DDIM, times, true));
    }

    private static Sampler of(TeacherModel teacher, Trajectory trajectory) {
        if (teacher.network() instanceof UNet unet && unet.config().timeEmbeddingType() == TimeEmbeddingType.FOURIER
                && trajectory.times()[trajectory.evaluations() - 1] <= 0) {
            throw new IllegalArgumentException("time_embedding_type is fourier, which divides by the time step: the sampler"
                    + " must not end at time step 0; use trailing spacing");
        }
        double first = trajectory.times()[0];
        if (teacher.schedule() instanceof DiscreteSchedule schedule && Double.isInfinite(schedule.lambda(first))) {
            throw new IllegalArgumentException("the schedule is pure noise at the first time step, where λ is infinite; use"
                    + " leading spacing or the reference sampler");
        }
        return new Sampler(teacher, trajectory, null, 0, null);
    }

    /** The same sampler with guidance; null for none. */
    public Sampler withGuidance(@Nullable Guidance guidance) {
        TeacherPlans.requireGuidance(teacher.condition(), guidance);
        return new Sampler(teacher, trajectory, guidance, clip, threshold);
    }

    /** The same sampler with the prediction of x₀ limited to ± {@code clip}; 0 for no limit. */
    public Sampler withClip(double clip) {
        if (!(clip >= 0)) {
            throw new IllegalArgumentException("clip is " + clip + ", must be at least 0");
        }
        return new Sampler(teacher, trajectory, guidance, clip, null);
    }

    /**
     * The same sampler with the prediction of x₀ limited as the teacher's scheduler says: clamped, or by dynamic thresholding;
     * for ε-prediction alone. Few teachers of that kind can be sampled without.
     */
    public Sampler withSchedulerLimits() {
        return new Sampler(teacher, trajectory, guidance, teacher.schedulerClip(), teacher.schedulerThreshold());
    }

    /**
     * The same sampler with the prediction of x₀ limited as the teacher's scheduler says, whatever the network predicts: as the
     * pictures of {@link Teacher#images} and of diffusers are. What students learn from, and figures, are as
     * {@link #withSchedulerLimits}.
     */
    public Sampler asDrawn() {
        return new Sampler(teacher, trajectory, guidance, teacher.drawnClip(), teacher.drawnThreshold());
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
    public float[] sample(long[] seeds, int @Nullable [] labels) {
        return sample(SampleRequest.ofSeeds(seeds).withLabels(labels));
    }

    /**
     * Samples what is asked for.
     *
     * @param request noise, or seeds of it, and conditions; the guidance scale and the steps are the sampler's
     * @return [n][channels][height][width], about −1 … 1, not clamped
     * @throws IllegalArgumentException if the request does not fit: noise or conditions of another shape, a scale or steps
     * @throws IllegalStateException if the teacher is one that is closed
     */
    public float[] sample(SampleRequest request) {
        return sample(request, null);
    }

    /**
     * Like {@link #sample(SampleRequest)}, with every state handed to a listener.
     *
     * @param listener called by several threads; null for none
     */
    public float[] sample(SampleRequest request, @Nullable StateListener listener) {
        Checks.notNull("request", request);
        Checks.that(!request.hasGuidance(), "guidance", request.guidance(), "left out of the request: see withGuidance");
        Checks.that(request.steps() == 1, "steps", request.steps(), "left out of the request: a sampler has its own");
        Checks.that(request.sampler() == null, "sampler", request.sampler(), "left out of the request: it is this one");
        return teacher.denoiser() instanceof Teacher its ? its.users().whileOpen(() -> run(request, listener))
                : run(request, listener);
    }

    private float[] run(SampleRequest request, @Nullable StateListener listener) {
        int n = request.count(teacher.shape(), teacher.condition());
        float[] samples = new float[n * teacher.shape().size()];
        int block = Math.min(SampleBlock.of(teacher.shape()), n);
        int wanted = Math.min(request.workers(Runtime.getRuntime().availableProcessors()), (n + block - 1) / block);
        try (SamplerWorkers pool = new SamplerWorkers(
                teacher, trajectory, guidance, clip, threshold, teacher.device().workers(wanted), block)) {
            pool.run(request, n, samples, listener);
        }
        return samples;
    }
}
