package io.bootdistill.internal.sampling;

import io.bootdistill.internal.work.Checks;
import io.bootdistill.internal.work.LendingPool;
import io.bootdistill.network.ConditionShape;
import org.jspecify.annotations.Nullable;

/** Predictions of x₀ by a teacher's network, from any number of threads at once, each with a plan of its own. */
public final class Predictor implements AutoCloseable {

    private final TeacherModel teacher;
    private final LendingPool<PredictionPlan> plans;

    /** @param teacher a network */
    public Predictor(TeacherModel teacher) {
        this.teacher = teacher;
        int processors = Runtime.getRuntime().availableProcessors();
        plans = new LendingPool<>(
                "the teacher", teacher.device().workers(processors), () -> new PredictionPlan(teacher));
    }

    /**
     * Predicts x₀ for n samples, as {@link io.bootdistill.diffusion.Denoiser#predict}.
     *
     * @throws IllegalArgumentException if an array is too short, or a label none of the network's
     * @throws IllegalStateException if it is closed
     */
    public void predict(int n, float[] x, double[] t, float @Nullable [] condition, float[] f) {
        requireArrays(n, x, t, condition, f);
        PredictionPlan plan = plans.take();
        try {
            plan.run(n, x, t, condition, f);
        } finally {
            plans.giveBack(plan);
        }
    }

    private void requireArrays(int n, float[] x, double[] t, float @Nullable [] condition, float[] f) {
        Checks.notNull("x", x);
        Checks.notNull("t", t);
        Checks.notNull("f", f);
        Checks.that(n >= 0, "n", n, "at least 0");
        ConditionShape conditions = teacher.condition();
        long size = (long) n * teacher.shape().size();
        long floats = (long) n * conditions.floats();
        int given = condition == null ? 0 : condition.length;
        Checks.that(x.length >= size, "the length of x", x.length, "at least " + size + ", " + n + " × " + teacher.shape());
        Checks.that(t.length >= n, "the length of t", t.length, "at least " + n);
        Checks.that(given >= floats, "the length of condition", given, "at least " + floats + " for " + conditions);
        Checks.that(f.length >= size, "the length of f", f.length, "at least " + size + ", " + n + " × " + teacher.shape());
        for (int i = 0; i < n && conditions instanceof ConditionShape.Label label; i++) {
            Checks.that(condition[i] == Math.rint(condition[i]) && condition[i] >= 0 && condition[i] < label.count(),
                    "label " + i, condition[i], "a whole number 0 … " + (label.count() - 1));
        }
    }

    @Override
    public void close() {
        plans.close();
    }
}
