package io.bootdistill;

/** What the student is trained towards between the boundary and t_min. */
public enum Objective {

    /** y_θ(ε, s) ← SG[step(y_θ(ε, t), t → s)], s = t − δ (arXiv 2306.05544, eq. 9). */
    BOOTSTRAP,

    /**
     * Its limit δ → 0: the gradient −∇_θ y_θ · SG[dy_θ/dt + λ' (f − y_θ)] / (1 + λ'), without solver error. The factor keeps
     * the residual bounded where λ' is not: it then is f − y. With ε constant, dy_θ/dt is a derivative of the network by its
     * time input; it is taken as a central difference over ±{@value #DIFFERENCE}, one-sided at the ends (as continuous-time
     * consistency models have it exactly, arXiv 2410.11081).
     */
    DERIVATIVE;

    /** Half of the central difference, in units of t. */
    static final double DIFFERENCE = 0.005;
}
