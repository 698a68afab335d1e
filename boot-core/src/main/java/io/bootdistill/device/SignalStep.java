package io.bootdistill.device;

import org.jspecify.annotations.Nullable;

/**
 * The tensors of one Signal-ODE step, see {@link MethodKernels#signalStep}.
 *
 * @param stage 0 uses the factors of t, 1 those of s (Heun's second evaluation)
 * @param noise ε
 * @param x the state that the teacher has seen
 * @param output the teacher's output there
 * @param nullOutput its output without condition; null where unguided
 * @param previous f of the first evaluation; may be null
 * @param y the signal that the step starts from
 * @param f written: the prediction of x₀; may be null
 * @param target written; may be y
 * @param next written: the next state; may be null, may be x
 */
public record SignalStep(
        int stage, Tensor noise, Tensor x, Tensor output, @Nullable Tensor nullOutput, @Nullable Tensor previous, Tensor y,
        @Nullable Tensor f, Tensor target, @Nullable Tensor next) {

    public SignalStep {
        if (stage != 0 && stage != 1) {
            throw new IllegalArgumentException("stage is " + stage + ", must be 0 or 1");
        }
    }
}
