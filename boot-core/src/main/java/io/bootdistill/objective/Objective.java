package io.bootdistill.objective;

/** What the student is trained towards between the boundary and t_min. */
public enum Objective {

    /** y_θ(ε, s) ← SG[step(y_θ(ε, t), t → s)], s = t − δ (arXiv 2306.05544, eq. 9). */
    BOOTSTRAP,

    /**
     * Its limit δ → 0: the gradient −∇_θ y_θ · SG[dy_θ/dt + λ' (f − y_θ)] / (1 + λ'), without solver error. The factor keeps
     * the residual bounded where λ' is not: it then is f − y. With ε constant, dy_θ/dt is the derivative of the network by its
     * time input, which forward mode gives exactly, as in continuous-time consistency models (arXiv 2410.11081).
     */
    DERIVATIVE,

    /**
     * The residual of {@link #DERIVATIVE} squared, and differentiated through everything: through f, and through dy_θ/dt,
     * which here is a central difference over ±{@value #DIFFERENCE}, one-sided at the ends. For comparison, as in
     * physics-informed networks (arXiv 1711.10561): it needs the teacher's gradient by its input, which only networks without
     * guidance give here, and costs three backward passes of the student.
     */
    PINN;

    /** Half of the central difference, in units of t. */
    public static final double DIFFERENCE = 0.005;

    /** Whether the target is made of the derivative at t. */
    public boolean isDerivative() {
        return this != BOOTSTRAP;
    }
}
