package io.bootdistill.phase;

/** How the elements of an error r count. */
public enum PixelLoss {

    /** The mean of r², to a power by the residual weights of a phase: ½ gives the pseudo-Huber loss √(‖r‖² + κ). */
    SQUARED,

    /**
     * The mean of |r|, so that each element pulls alike, however far it is: within 0.001, Huber's loss. Without residual weights;
     * what is reported is the mean of r².
     */
    ABSOLUTE
}
