package io.bootdistill.internal.device;

/** The step block of the operation {@code adamW}: numbers that change from step to step. The native header has the same order. */
public final class AdamStep {

    public static final int RATE = 0;
    public static final int DECAY = 1;
    public static final int BETA1 = 2;
    public static final int BETA2 = 3;
    public static final int EPSILON = 4;

    /** 1/(1 − β₁ᵏ) at step k. */
    public static final int CORRECTION1 = 5;

    /** 1/(1 − β₂ᵏ) at step k. */
    public static final int CORRECTION2 = 6;

    /** Factor on the gradient that limits its global norm, written by the operation {@code clip}. */
    public static final int CLIP = 7;

    /** Share of the new parameters in the moving average. */
    public static final int EMA_RATE = 8;

    /** Limit of the global gradient norm; 0 or below: none. */
    public static final int MAX_NORM = 9;

    /** The global gradient norm, written by the operation {@code clip}. */
    public static final int NORM = 10;

    /** Floats of the block. */
    public static final int COUNT = 16;

    private AdamStep() {}
}
