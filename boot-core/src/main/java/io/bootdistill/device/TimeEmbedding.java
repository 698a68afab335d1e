package io.bootdistill.device;

import io.bootdistill.internal.device.Shapes;

/**
 * Shape of a sinusoidal embedding of a scalar: {@code half} sines and {@code half} cosines.
 *
 * <p>The angle of frequency i is rounded to float32 as the diffusers format's own code rounds it, since t·frequency is
 * large: positional {@code (float) (t·frequency[i])}; fourier {@code ((log t)·frequency[i])·2·π}, each product (and log t)
 * rounded to float32. Sine and cosine are exact to float32 for that angle.
 *
 * @param half number of frequencies
 * @param fourier which of the two angles
 * @param cosineFirst whether the cosines come before the sines
 */
public record TimeEmbedding(int half, boolean fourier, boolean cosineFirst) {

    public TimeEmbedding {
        Shapes.requirePositive("half", half);
        Shapes.requireProduct("2 × half", 2, half);
    }

    /** Channels of the embedding. */
    public int channels() {
        return 2 * half;
    }
}
