package io.bootdistill.phase;

/** How the elements of an error count. */
public enum PixelLoss {
    /** The mean of their squares, to a power by the residual weights of a phase: ½ gives the pseudo-Huber loss √(‖r‖² + κ). */
    SQUARED,
    /** The mean of |r|: each element pulls alike, however far it is. Residual weights have to be off. */
    ABSOLUTE
}
