package io.bootdistill.diffusion;

import io.bootdistill.internal.work.Checks;

/**
 * The student's output parameterisation y_θ = noiseFactor·ε + outputFactor·F_θ(ε, t). The input is always pure noise, so the
 * factors are those of t_max, not of t.
 */
public record Head(double noiseFactor, double outputFactor) {

    /**
     * The head that makes a student with the teacher's weights equal to the teacher at t_max: y = α_T ε − σ_T F for
     * v-prediction, y = F for x₀, y = ε − F for flow. For ε-prediction the exact conversion divides by α_T ≈ 0; there y = −F,
     * which the boundary loss has to teach first.
     */
    public static Head of(Prediction prediction, NoiseSchedule schedule) {
        Checks.notNull("prediction", prediction);
        Checks.notNull("schedule", schedule);
        if (prediction == Prediction.EPSILON) {
            return new Head(0, -1);
        }
        double alpha = schedule.alpha(schedule.tMax());
        double sigma = schedule.sigma(schedule.tMax());
        return new Head(prediction.stateFactor(alpha, sigma), prediction.outputFactor(alpha, sigma));
    }
}
