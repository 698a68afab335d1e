package io.bootdistill.matching;

import io.bootdistill.internal.work.Checks;

/**
 * How far the gradient of a {@link Corrector} goes. With y a sample, f and g what the teacher and the online network predict of
 * x_τ = α y + σ ε', d = f − g, e = f − y, and a weight w that is taken as a constant, the sample moves by −λ dL/dy.
 */
public sealed interface Matching {

    /** w of a sample. */
    public enum Weighting {
        /**
         * 1/max(σ_τ, 0.1)²: a difference in units of the noise's variance, which leaves what much noise hides almost as it is, and
         * corrects what little noise does.
         */
        VARIANCE,
        /** 1/|b|, f = a x + b o: a difference in units of the network's output, 1/σ_τ for v-prediction and flow. */
        OUTPUT,
        /** 1. */
        FLAT,
        /** α_τ σ_τ. */
        NOISE,
        /** 1/max(mean |y − f|, 1e-5) over the elements of the sample. */
        ERROR
    }

    /**
     * Not into the predictions: dL/dy = −w d, the gradient of the Kullback–Leibler divergence at τ (Diff-Instruct, arXiv
     * 2305.18455; DMD, 2311.18828).
     */
    record Stopped() implements Matching {}

    /**
     * Through both networks, which stay as they are (score identity distillation, arXiv 2404.04057): L = w Σ d·(e − a d) over the
     * elements of a sample, so that with f = A x + B o and likewise g
     *
     * <pre>
     * dL/dy = w (−d + α (A d + Jᵀ_f B v_f + Jᵀ_g B v_g)),   v_f = e + (1 − 2a) d,   v_g = d − v_f
     * </pre>
     *
     * <p>For a teacher that is a network without limits.
     *
     * @param a the article's α, in [0, 2]; published are 1 and 1.2. Above 1, the gradient of a student that is far from its teacher
     *     can lead away from it
     */
    record Through(double a) implements Matching {

        /** Checks the range. */
        public Through {
            Checks.that(a >= 0 && a <= 2, "a of matching", a, "in [0, 2]");
        }
    }
}
