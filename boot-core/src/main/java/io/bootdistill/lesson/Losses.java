package io.bootdistill.lesson;

/**
 * Losses of a step.
 *
 * @param total what the gradient is of
 * @param bootstrap the bootstrap part, mean of w·‖r‖²; 0 in lessons without one
 * @param boundary the boundary part, mean of ‖r‖²; likewise
 * @param delta δ; likewise
 */
public record Losses(double total, double bootstrap, double boundary, double delta) {

    /** Those of a lesson without parts. */
    public static Losses of(double total) {
        return new Losses(total, 0, 0, 0);
    }
}
