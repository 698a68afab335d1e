package io.bootdistill;

import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.diffusion.StateListener;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.pipeline.ConditionRows;
import io.bootdistill.internal.pipeline.ConsistencySteps;
import io.bootdistill.internal.pipeline.Enlargement;
import io.bootdistill.internal.pipeline.Finite;
import io.bootdistill.internal.pipeline.Pipeline;
import io.bootdistill.internal.sampling.SampleBlock;
import io.bootdistill.internal.sampling.SamplerWorkers;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.sampling.TimeSteps;
import io.bootdistill.internal.sampling.Trajectory;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Model;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** What a teacher is asked to draw, made into a sampler, and noise and conditions for it. */
final class Drawing {

    static final int USUAL_STEPS = 50;

    private final TeacherModel teacher;
    private final @Nullable Pipeline pipeline;
    private final @Nullable Enlargement enlargement;
    private final DrawRequest request;
    private final double guidance;
    private final int steps;

    /** @param pipeline null for a teacher of pixels that are drawn without more */
    Drawing(TeacherModel teacher, @Nullable Pipeline pipeline, DrawRequest request) {
        this.teacher = teacher;
        this.pipeline = pipeline;
        this.request = request;
        guidance = Checks.notNull("request", request).guidance().orElse(pipeline == null ? 1 : pipeline.usualGuidance());
        steps = request.steps().orElse(pipeline == null ? USUAL_STEPS : pipeline.usualSteps());
        boolean prompts = pipeline != null && pipeline.readsPrompts();
        Checks.that(!prompts || request.labels() == null, "labels", Arrays.toString(request.labels()),
                "left out: this teacher draws from prompts");
        Checks.that(prompts || request.prompts().isEmpty(), "prompts", request.prompts(),
                "left out: this teacher draws no prompts but " + (teacher.condition() instanceof ConditionShape.Label
                        ? "classes, by labels" : "whatever it has learnt"));
        Checks.that(!prompts || !request.prompts().isEmpty(), "prompts", "missing", "given: this teacher draws from prompts");
        Checks.that(prompts || request.negative().isEmpty(), "negative", request.negative(),
                "left out: this teacher reads no prompts");
        enlargement = pipeline != null ? pipeline.enlargement() : Enlargement.of(teacher.network(), teacher.scheduler());
        boolean enlarges = enlargement != null;
        Checks.that(enlarges || request.imageShape() == null, "images", "of " + request.imageShape(),
                "left out: this teacher enlarges no pictures");
        Checks.that(enlarges || request.noiseLevel().isEmpty(), "noise level", request.noiseLevel().orElse(0),
                "left out: this teacher enlarges no pictures");
        Checks.that(request.sampler() == null, "sampler", request.sampler(), "left out: a teacher's is its scheduler's");
        if (prompts) {
            pipeline.require(request, pipeline.denoised(request.width(), request.height()));
        } else if (enlarges) {
            Checks.that(request.labels() == null, "labels", Arrays.toString(request.labels()),
                    "left out: this teacher draws whatever the smaller pictures show");
            enlargement.require(request, teacher.shape());
        }
    }

    /** The latents of all pictures. */
    float[] run(@Nullable StateListener listener) {
        if (pipeline == null || pipeline.denoised(request.width(), request.height()).equals(teacher.shape())) {
            Checks.that(pipeline != null || request.width() == 0, "the size", request.width(), "left out for this teacher");
            return run(teacher, listener);
        }
        try (Model sized = pipeline.model(pipeline.denoised(request.width(), request.height()))) {
            return run(new TeacherModel(
                    teacher.denoiser(), sized, teacher.prediction(), teacher.scheduler(), null), listener);
        }
    }

    private float[] run(TeacherModel teacher, @Nullable StateListener listener) {
        if (request.prompts().isEmpty()) {
            return sample(teacher, enlargement != null ? noise().withConditions(smaller(teacher)) : noise().withLabels(
                    request.labels() == null ? null : repeated(request.labels())), nullLabel(), listener);
        }
        try (ConditionRows conditions = pipeline.conditions(request, guidance != 1, teacher.shape())) {
            return sample(teacher.withConditions(conditions.table()), noise().withLabels(conditions.rows()),
                    conditions.table().rows() - 1, listener);
        }
    }

    private SampleRequest noise() {
        return request.noise() != null ? SampleRequest.ofNoise(request.noise())
                : SampleRequest.ofSeeds(LongStream.range(0, request.count()).map(i -> request.seed((int) i)).toArray());
    }

    /** The conditions of all pictures, by the smaller ones. */
    private float[] smaller(TeacherModel teacher) {
        Parts shape = (Parts) teacher.condition();
        float[] conditions = new float[Math.multiplyExact(request.count(), shape.floats())];
        for (int i = 0; i < request.count(); i++) {
            enlargement.write(request, i, shape, teacher.shape(), conditions, i * shape.floats());
        }
        return conditions;
    }

    private int[] repeated(int[] labels) {
        int[] all = new int[request.count()];
        for (int i = 0; i < all.length; i++) {
            all[i] = labels[i / request.each()];
        }
        return all;
    }

    private int nullLabel() {
        int label = teacher.denoiser().nullLabel();
        Checks.that(guidance == 1 || label >= 0, "guidance", guidance, "1 or left out: this teacher has no null label");
        return label;
    }

    private float[] sample(
            TeacherModel drawn, SampleRequest made, int nullRow, @Nullable StateListener listener) {
        int n = made.count(drawn.shape(), drawn.condition());
        Checks.that(n == request.count(), "the noise", "that of " + n + " pictures", "of the " + request.count() + " asked for");
        float[] samples = new float[Math.multiplyExact(n, drawn.shape().size())];
        int workers = drawn.device().workers(Math.min(Runtime.getRuntime().availableProcessors(), n));
        Trajectory trajectory = trajectory();
        int size = drawn.shape().size();
        StateListener checked = (step, from, count, x) -> {
            Finite.require("sample", from, x, size, " after step " + (step + 1) + " of " + trajectory.evaluations()
                    + "; draw with less guidance, or see whether prediction_type and betas in scheduler_config.json are the"
                    + " model's");
            if (listener != null) {
                listener.state(step, from, count, x);
            }
        };
        int block = Math.min(SampleBlock.of(drawn.shape()), (n + workers - 1) / workers);
        try (SamplerWorkers pool = new SamplerWorkers(
                drawn, trajectory, guidance == 1 ? null : new Guidance(guidance, nullRow, request.guidanceInterval(),
                        request.guidanceRescale()), drawn.drawnClip(), drawn.drawnThreshold(), workers, block)) {
            pool.run(made, n, samples, checked);
        }
        return samples;
    }

    private Trajectory trajectory() {
        DiscreteSchedule schedule = (DiscreteSchedule) teacher.schedule();
        if (pipeline != null && pipeline.consistency() != null) {
            ConsistencySteps own = pipeline.consistency();
            return Trajectory.consistency(schedule, steps, own.times(), own.scaling());
        }
        if (request.isReference()) {
            return Trajectory.reference(schedule, Solver.DDIM, steps);
        }
        SchedulerConfig scheduler = teacher.scheduler();
        double[] times = TimeSteps.of(schedule.size(), scheduler.timestepSpacing(), steps, scheduler.stepsOffset());
        return Trajectory.discrete(schedule, Solver.DDIM, times, scheduler.setAlphaToOne());
    }
}
