package io.bootdistill;

import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.SignalOde.Predictor;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.internal.sampling.StudentModel;
import io.bootdistill.internal.sampling.StudentPlan;
import io.bootdistill.internal.sampling.TeacherPlans;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.metric.PairedError;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How far a student is from its teacher's path, at each time: the root mean square of y_θ(ε, t) − y_t, where y_t is a fine Heun
 * solution of the {@link SignalOde} from the same noise. It shows where on the way from t_max to t_min the error arises.
 *
 * <p>It means something for students that have learnt all times, without a hard boundary, whose signals contain the teacher's
 * prediction at t_max until they are sampled; and for teachers whose predictions are not limited, since the path is not.
 */
public final class TrajectoryError {

    private TrajectoryError() {}

    /**
     * Measures a student that still has its time input: one that {@link BootDistiller} returned, or one with two times, not a
     * one-step student that was read from its folder.
     *
     * @param guidance of the teacher; null for none. A student that is given the scale is given this one
     * @param request noise, or seeds of it, and conditions; its scale and steps have no effect
     * @param times decreasing, in [t_min, t_max] of the teacher's schedule
     * @param steps of the solver from t_max to t_min, at least 1; 200 are fine
     * @return one value per time, of signals as they are, not clamped
     */
    public static double[] of(
            Student student, Denoiser teacher, @Nullable Guidance guidance, SampleRequest request, double[] times, int steps) {
        int n = request.count(teacher.shape(), teacher.condition());
        Checks.that(times.length > 0, "the number of times", times.length, "at least 1");
        Checks.that(steps >= 1, "steps", steps, "at least 1");
        double scale = guidance == null ? 1 : guidance.scale();
        if (student.guidance().isWide()) {
            student.guidance().require(scale);
        }
        float[][] signals = signals(student, (float) scale, request, times, n);
        double[][] path = path(teacher, guidance, request, times, steps, n);
        double[] errors = new double[times.length];
        for (int i = 0; i < times.length; i++) {
            errors[i] = PairedError.rmse(signals[i], floats(path[i]));
        }
        return errors;
    }

    private static float[][] signals(Student student, float scale, SampleRequest request, double[] times, int n) {
        StudentModel model = student.resolved();
        float[][] signals = new float[times.length][n * model.shape().size()];
        try (StudentPlan plan = new StudentPlan(model, n)) {
            for (int i = 0; i < times.length; i++) {
                double[] ends = {model.schedule().tMax(), times[i]};
                plan.run(request, 0, n, scale, ends, FloatBuffer.wrap(signals[i]), 0);
            }
        }
        int last = times.length - 1;
        if (last > 0 && Arrays.equals(signals[0], signals[last])) {
            throw new IllegalArgumentException("the student does not depend on the time, which is folded into the weights of a"
                    + " student that was read from a folder; measure the one that train or open returned");
        }
        return signals;
    }

    private static double[][] path(
            Denoiser teacher, @Nullable Guidance guidance, SampleRequest request, double[] times, int steps, int n) {
        float[] noise = new float[n * teacher.shape().size()];
        request.writeNoise(teacher.shape(), 0, n, noise);
        float[] condition = new float[n * teacher.condition().floats()];
        request.writeConditions(teacher.condition(), 0, n, condition);
        SignalOde ode = new SignalOde(teacher.schedule());
        Predictor f = denoiser(teacher, guidance, condition, n);
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
    private static Predictor denoiser(Denoiser teacher, @Nullable Guidance guidance, float[] condition, int n) {
        double[] t = new double[n];
        TeacherPlans.requireGuidance(teacher.condition(), guidance);
        return (x, time) -> {
            Arrays.fill(t, time);
            float[] f = new float[x.length];
            teacher.predict(n, floats(x), t, condition, f);
            if (guidance != null) {
                float[] without = new float[x.length];
                float[] labels = new float[n];
                Arrays.fill(labels, guidance.nullLabel());
                teacher.predict(n, floats(x), t, labels, without);
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
