package io.bootdistill.internal.natives;

import static io.bootdistill.device.Shapes.requirePositive;
import static io.bootdistill.internal.natives.NativeContext.stride;

import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;

/** The method itself: noise, the student's signal, one step of the Signal-ODE, and the bootstrapping loss. */
interface NativeSignal extends NativeContext {

    @Override
    default void noise(int n, int pixels, Slice seeds, int draw, Tensor y) {
        long rows = rows(n, pixels);
        int channels = y.channels();
        requireOk("noise", BootNative.boot_noise(
                context(), n, pixels, channels, address("seeds", seeds, (long) n * BootNative.BOOT_SEED_FLOATS), draw,
                address("y", y, rows, channels), stride(y)));
    }

    @Override
    default void signalState(int n, int pixels, Slice coefficients, Tensor noise, Tensor output, Tensor y, Tensor x) {
        long rows = rows(n, pixels);
        int channels = output.channels();
        requireOk("signalState", BootNative.boot_signal_state(
                context(), n, pixels, channels, coefficients(n, coefficients),
                address("noise", noise, rows, channels), stride(noise),
                address("output", output, rows, channels), stride(output),
                optional("y", y, rows, channels), stride(y),
                optional("x", x, rows, channels), stride(x)));
    }

    @Override
    default void signalStep(
            int n, int pixels, int stage, Slice coefficients, Tensor noise, Tensor x, Tensor output, Tensor nullOutput,
            Tensor previous, Tensor y, Tensor f, Tensor target, Tensor next) {
        long rows = rows(n, pixels);
        if (stage != 0 && stage != 1) {
            throw new IllegalArgumentException("stage is " + stage + ", must be 0 or 1");
        }
        int channels = output.channels();
        requireOk("signalStep", BootNative.boot_signal_step(
                context(), n, pixels, channels, stage, coefficients(n, coefficients),
                address("noise", noise, rows, channels), stride(noise),
                address("x", x, rows, channels), stride(x),
                address("output", output, rows, channels), stride(output),
                optional("nullOutput", nullOutput, rows, channels), stride(nullOutput),
                optional("previous", previous, rows, channels), stride(previous),
                address("y", y, rows, channels), stride(y),
                optional("f", f, rows, channels), stride(f),
                address("target", target, rows, channels), stride(target),
                optional("next", next, rows, channels), stride(next)));
    }

    @Override
    default void bootstrapLoss(
            int n, int pixels, Slice coefficients, Tensor noise, Tensor output, Tensor target,
            Tensor prediction, Tensor dOutput, Slice residual) {
        long rows = rows(n, pixels);
        int channels = output.channels();
        requireOk("bootstrapLoss", BootNative.boot_bootstrap_loss(
                context(), n, pixels, channels, coefficients(n, coefficients),
                address("noise", noise, rows, channels), stride(noise),
                address("output", output, rows, channels), stride(output),
                address("target", target, rows, channels), stride(target),
                optional("prediction", prediction, rows, channels), stride(prediction),
                address("dOutput", dOutput, rows, channels), stride(dOutput),
                address("residual", residual, n)));
    }

    @Override
    default void residualDivisors(int n, Slice residual, float kappa, float power, Slice divisor) {
        requirePositive("n", n);
        requireOk("residualDivisors", BootNative.boot_residual_divisors(
                context(), n, address("residual", residual, n), kappa, power, address("divisor", divisor, n)));
    }

    private static long rows(int n, int pixels) {
        requirePositive("n", n);
        requirePositive("pixels", pixels);
        return (long) n * pixels;
    }

    private long coefficients(int n, Slice coefficients) {
        return address("coefficients", coefficients, (long) n * SignalCoefficients.COUNT);
    }
}
