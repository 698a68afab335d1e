package io.bootdistill.lesson;

import io.bootdistill.internal.work.Checks;

/**
 * How a gradient changes the weights of a network, whatever it learns. The rate rises linearly from 0, and falls to 0 by a
 * cosine at the end of the run.
 *
 * @param rule how a gradient changes the weights
 * @param rate peak of the rate, in (0, 1]
 * @param warmupImages images over which it rises, at least 0
 * @param decay decoupled weight decay, ≥ 0
 * @param beta1 decay of Adam's first moment, in [0, 1)
 * @param beta2 decay of Adam's second moment, in [0, 1)
 * @param clip limit of the global gradient norm, for what Adam updates; 0 for none
 * @param emaHalfLife half-life of the moving average of the weights, in images, ≥ 0
 */
public record OptimiserConfig(
        UpdateRule rule, double rate, long warmupImages, double decay, double beta1, double beta2, double clip,
        double emaHalfLife) {

    /** Checks the ranges. */
    public OptimiserConfig {
        Checks.notNull("rule of the optimiser", rule);
        Checks.that(rate > 0 && rate <= 1, "rate of the optimiser", rate, "in (0, 1]");
        Checks.that(warmupImages >= 0, "warmupImages", warmupImages, "at least 0");
        Checks.atLeastZero("decay", decay);
        Checks.that(beta1 >= 0 && beta1 < 1, "beta1", beta1, "in [0, 1)");
        Checks.that(beta2 >= 0 && beta2 < 1, "beta2", beta2, "in [0, 1)");
        Checks.atLeastZero("clip of the optimiser", clip);
        Checks.atLeastZero("emaHalfLife", emaHalfLife);
    }

    /** For students: Muon at 5e-4, the best for those that begin with a teacher's weights; from random ones, more is better. */
    public static OptimiserConfig ofStudents() {
        return new OptimiserConfig(UpdateRule.MUON, 5e-4, 3_200, 0, 0.9, 0.99, 1, 2_000);
    }

    /** For teachers: Adam at 1e-3. */
    public static OptimiserConfig ofTeachers() {
        return new OptimiserConfig(UpdateRule.ADAM, 1e-3, 6_400, 0, 0.9, 0.99, 1, 10_000);
    }

    /** The same with another rule. */
    public OptimiserConfig withRule(UpdateRule rule) {
        return new OptimiserConfig(rule, rate, warmupImages, decay, beta1, beta2, clip, emaHalfLife);
    }

    /** The same with another peak of the rate. */
    public OptimiserConfig withRate(double rate) {
        return new OptimiserConfig(rule, rate, warmupImages, decay, beta1, beta2, clip, emaHalfLife);
    }

    /** The same with another warm-up. */
    public OptimiserConfig withWarmupImages(long warmupImages) {
        return new OptimiserConfig(rule, rate, warmupImages, decay, beta1, beta2, clip, emaHalfLife);
    }

    /** The same with another half-life of the moving average. */
    public OptimiserConfig withEmaHalfLife(double emaHalfLife) {
        return new OptimiserConfig(rule, rate, warmupImages, decay, beta1, beta2, clip, emaHalfLife);
    }
}
