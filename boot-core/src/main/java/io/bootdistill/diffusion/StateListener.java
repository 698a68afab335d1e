package io.bootdistill.diffusion;

/** Follows a sampler from noise to image. Called by several threads at once. */
@FunctionalInterface
public interface StateListener {

    /** Receives a state x of the samples [from, from + n) after evaluation {@code step}, [n][channels][height][width]. */
    void state(int step, int from, int n, float[] x);
}
