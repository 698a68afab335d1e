package io.bootdistill.device;

/** A function of each value by itself. */
public enum Activation {
    /** The identity. */
    NONE,
    /** {@code x·σ(x)}, σ the logistic function; also called swish. */
    SILU,
    /** {@code x·Φ(x)}, Φ the normal distribution's: {@code ½(1 + erf(x/√2))} (Hendrycks and Gimpel, 2016). */
    GELU,
    /** {@code ½x·(1 + tanh(√(2/π)·(x + 0.044715x³)))}, which is near {@link #GELU}. */
    GELU_TANH,
    /** {@code x·σ(1.702x)}, which is less near {@link #GELU}. */
    QUICK_GELU
}
