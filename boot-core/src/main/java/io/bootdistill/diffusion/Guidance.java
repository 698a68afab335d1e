package io.bootdistill.diffusion;

/**
 * Classifier-free guidance: f̃ = f(x, t, ∅) + scale·(f(x, t, c) − f(x, t, ∅)) (arXiv 2207.12598). Both predictions are one
 * batch of twice the size.
 *
 * @param scale w; 1 is no guidance
 * @param nullLabel the label that stands for no condition, ∅, or for a negative one, to lead away from
 */
public record Guidance(double scale, int nullLabel) {

    public Guidance {
        if (!Double.isFinite(scale) || scale < 0) {
            throw new IllegalArgumentException("guidance scale is " + scale + ", must be finite and at least 0");
        }
        if (nullLabel < 0) {
            throw new IllegalArgumentException("null label is " + nullLabel + ", must be at least 0");
        }
    }
}
