package io.bootdistill.device;

/**
 * The per-sample row of numbers that the Signal-ODE and loss kernels read: α, σ and c of the
 * Signal-ODE and what the head, the teacher and the loss need. The native header has the same order.
 */
public final class SignalCoefficients {

    /** Student head: y = HEAD_NOISE·ε + HEAD_OUTPUT·F. */
    public static final int HEAD_NOISE = 0;

    public static final int HEAD_OUTPUT = 1;

    /** State at t: x = ALPHA_T·y + SIGMA_T·ε. */
    public static final int ALPHA_T = 2;

    public static final int SIGMA_T = 3;

    /** Denoiser's prediction at t: f = STATE_FACTOR_T·x + OUTPUT_FACTOR_T·o. */
    public static final int STATE_FACTOR_T = 4;

    public static final int OUTPUT_FACTOR_T = 5;

    /** Step: y_s = y + STEP·(f − y). */
    public static final int STEP = 6;

    /** State at s. */
    public static final int ALPHA_S = 7;

    public static final int SIGMA_S = 8;

    /** Denoiser's prediction at s. */
    public static final int STATE_FACTOR_S = 9;

    public static final int OUTPUT_FACTOR_S = 10;

    /** Share of the second evaluation in f̄ (Heun: ½). */
    public static final int MEAN = 11;

    /** Guidance scale w. */
    public static final int GUIDANCE = 12;

    /** Limit of |f|; 0 or below: none. */
    public static final int CLIP = 13;

    /** Gradient factor of the loss: 2·weight/(elements·samples). */
    public static final int GRADIENT = 14;

    /** Floats per sample (the last is unused: rows are 64 bytes). */
    public static final int COUNT = 16;

    private SignalCoefficients() {}
}
