package io.bootdistill;

import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.SignalOde.Predictor;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.internal.pipeline.ConditionRows;
import io.bootdistill.internal.pipeline.Pipeline;
import io.bootdistill.internal.sampling.PredictionPlan;
import io.bootdistill.internal.sampling.StudentModel;
import io.bootdistill.internal.sampling.StudentPlan;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.sampling.TeacherPlans;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.metric.PairedError;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * How far a student is from its teacher's path, at each time: the root mean square of y_θ(ε, t) − y_t, where y_t is a fine Heun
 * solution of the {@link SignalOde} from the same noise. It shows where on the way from t_max to t_min the error arises.
 *
 * <p>It means something for students that have learnt all times, without a hard boundary, whose signals contain the teacher's
 * prediction at t_max until they are sampled; and for teachers whose predictions are not limited, since the path is not.
 */
public final class TrajectoryError {

    /** Samples that a student makes at a time. */
    private static final int BLOCK = 8;

    private final TeacherModel teacher;
    private final Prediction prediction;
    private final @Nullable Guidance guidance;
    private final SampleRequest request;
    private final double[] times;
    private final int steps;

    /** {@link Denoiser#predict} for conditions as the teacher is given them. */
    @FunctionalInterface
    private interface Prediction {
        void predict(int n, float[] x, double[] t, float[] condition, float[] f);
    }

    /** @param request as the teacher is given it */
    private TrajectoryError(
            TeacherModel teacher, Prediction prediction, @Nullable Guidance guidance, SampleRequest request, double[] times,
            int steps) {
        Checks.that(times.length > 0, "the number of times", times.length, "at least 1");
        Checks.that(steps >= 1, "steps", steps, "at least 1");
        this.teacher = teacher;
        this.prediction = prediction;
        this.guidance = guidance;
        this.request = request;
        this.times = times;
        this.steps = steps;
    }

    /**
     * Measures a student that reads pure noise and still has its time input: one that {@link BootDistiller} returned, or one with
     * two times, not a one-step student that was read from its folder.
     *
     * @param guidance of the teacher; null for none. A student that is given the scale is given this one
     * @param request noise, or seeds of it, and conditions; its scale and steps have no effect
     * @param times decreasing, in [t_min, t_max] of the teacher's schedule
     * @param steps of the solver from t_max to t_min, at least 1; 200 are fine
     * @return one value per time, of signals as they are, not clamped
     */
    public static double[] of(
            Student student, Denoiser teacher, @Nullable Guidance guidance, SampleRequest request, double[] times, int steps) {
        Checks.notNull("student", student);
        Checks.notNull("teacher", teacher);
        Checks.notNull("request", request);
        Checks.notNull("times", times);
        request.count(teacher.shape(), teacher.condition());
        TeacherPlans.requireGuidance(teacher.condition(), guidance);
        return new TrajectoryError(Teacher.resolve(teacher), teacher::predict, guidance, request, times, steps)
                .of(student, request);
    }

    /**
     * Measures a student of prompts, as {@link #of(Student, Denoiser, Guidance, SampleRequest, double[], int)} does those of other
     * conditions.
     *
     * @param request prompts, their noise or seeds, and how the teacher is guided: by its usual scale where none is given; an
     *     interval and a rescaling as {@link DrawRequest#asReference} has them. Its steps have no effect
     * @throws IllegalArgumentException also if the student or the teacher reads no prompts, or enlarges pictures
     */
    public static double[] of(Student student, Teacher teacher, DrawRequest request, double[] times, int steps) {
        Checks.notNull("student", student);
        Checks.notNull("request", request);
        Checks.notNull("times", times);
        Pipeline pipeline = Checks.notNull("teacher", teacher).pipeline();
        Checks.that(pipeline != null && teacher.readsPrompts(), "the teacher", teacher.network(), "one that reads prompts");
        Checks.that(pipeline.enlargement() == null, "the teacher", teacher.network(), "one that draws of noise and a prompt alone");
        Checks.that(student.readsPrompts(), "the student", student.condition(), "one that reads prompts");
        Checks.that(!request.prompts().isEmpty(), "prompts", "missing", "given: this teacher draws from prompts");
        Checks.that(request.width() == 0, "the size", request.width() + "x" + request.height(), "left out");
        pipeline.require(request, teacher.shape());
        double scale = request.guidance().orElse(teacher.usualGuidance());
        int n = request.count();
        SampleRequest noise = request.noise() != null ? SampleRequest.ofNoise(request.noise())
                : SampleRequest.ofSeeds(LongStream.range(0, n).map(i -> request.seed((int) i)).toArray());
        List<String> prompts = IntStream.range(0, n).mapToObj(i -> request.prompts().get(i / request.each())).toList();
        return teacher.users().whileOpen(() -> {
            try (ConditionRows rows = pipeline.conditions(request, scale != 1, teacher.shape())) {
                TeacherModel told = teacher.resolved().withConditions(rows.table());
                Guidance guidance = scale == 1 ? null : new Guidance(
                        scale, rows.table().rows() - 1, request.guidanceInterval(), request.guidanceRescale());
                try (PredictionPlan f = new PredictionPlan(told)) {
                    return new TrajectoryError(told, f::run, guidance, noise.withLabels(rows.rows()), times, steps)
                            .of(student, noise.withConditions(pipeline.encoded(prompts, pipeline.picture(teacher.shape()))));
                }
            }
        });
    }

    /** @param request as the student is given it */
    private double[] of(Student student, SampleRequest request) {
        Checks.that(!student.resolved().isDenoiser(), "the student", "one that denoises",
                "one that says the signal at a time from the noise alone");
        double scale = guidance == null ? 1 : guidance.scale();
        if (student.guidance().isWide()) {
            student.guidance().require(scale);
        }
        float[][] signals = signals(student.resolved(), (float) scale, request);
        double[][] path = path();
        double[] errors = new double[times.length];
        for (int i = 0; i < times.length; i++) {
            errors[i] = PairedError.rmse(signals[i], floats(path[i]));
        }
        return errors;
    }

    private float[][] signals(StudentModel model, float scale, SampleRequest request) {
        int n = request.count(model.shape(), model.condition());
        int block = Math.min(n, BLOCK);
        int size = model.shape().size();
        float[][] signals = new float[times.length][n * size];
        try (StudentPlan plan = new StudentPlan(model, block)) {
            for (int i = 0; i < times.length; i++) {
                double[] ends = {model.schedule().tMax(), times[i]};
                for (int from = 0; from < n; from += block) {
                    plan.run(request, from, Math.min(block, n - from), scale, null, ends, FloatBuffer.wrap(signals[i]),
                            from * size);
                }
            }
        }
        int last = times.length - 1;
        if (last > 0 && Arrays.equals(signals[0], signals[last])) {
            throw new IllegalArgumentException("the student does not depend on the time, which is folded into the weights of a"
                    + " student that was read from a folder; measure the one that train or open returned");
        }
        return signals;
    }

    private double[][] path() {
        int n = request.count(teacher.shape(), teacher.condition());
        float[] noise = new float[n * teacher.shape().size()];
        request.writeNoise(teacher.shape(), 0, n, noise);
        float[] condition = new float[n * teacher.condition().floats()];
        request.writeConditions(teacher.condition(), 0, n, condition);
        SignalOde ode = new SignalOde(teacher.schedule());
        Predictor f = denoiser(condition, n);
        double from = teacher.schedule().tMax();
        double span = from - teacher.schedule().tMin();
        double[] epsilon = doubles(noise);
        double[] y = f.predict(epsilon, from);
        double[][] path = new double[times.length][];
        double t = from;
        for (int i = 0; i < times.length; i++) {
            Checks.that(times[i] <= t && times[i] >= from - span, "time " + i, times[i],
                    "at most the one before, and in " + (from - span) + " … " + from);
            int parts = (int) Math.ceil(steps * (t - times[i]) / span);
            double start = t;
            for (int k = 1; k <= parts; k++) {
                double s = k == parts ? times[i] : start + (times[i] - start) * k / parts;
                y = ode.step(Solver.HEUN, f, y, epsilon, t, s);
                t = s;
            }
            path[i] = y;
        }
        return path;
    }

    /** The teacher's prediction for all samples at once. */
    private Predictor denoiser(float[] condition, int n) {
        double[] t = new double[n];
        return (x, time) -> {
            Arrays.fill(t, time);
            float[] f = new float[x.length];
            prediction.predict(n, floats(x), t, condition, f);
            if (guidance != null) {
                float[] without = new float[x.length];
                float[] labels = new float[n];
                Arrays.fill(labels, guidance.nullLabel());
                prediction.predict(n, floats(x), t, labels, without);
                int size = f.length / n;
                for (int i = 0; i < n; i++) {
                    guidance.guide(f, without, guidance.scale(), time, i * size, size);
                }
            }
            return doubles(f);
        };
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
