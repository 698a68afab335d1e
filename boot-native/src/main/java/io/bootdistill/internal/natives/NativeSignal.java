package io.bootdistill.internal.natives;

import static io.bootdistill.internal.device.Shapes.requirePositive;
import static io.bootdistill.internal.natives.NativeContext.stride;

import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.SignalLoss;
import io.bootdistill.device.SignalStep;
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
    default void signalStep(int n, int pixels, Slice coefficients, SignalStep step) {
        long rows = rows(n, pixels);
        int channels = step.output().channels();
        requireOk("signalStep", BootNative.boot_signal_step(
                context(), n, pixels, channels, step.stage(), coefficients(n, coefficients),
                address("noise", step.noise(), rows, channels), stride(step.noise()),
                address("x", step.x(), rows, channels), stride(step.x()),
                address("output", step.output(), rows, channels), stride(step.output()),
                optional("nullOutput", step.nullOutput(), rows, channels), stride(step.nullOutput()),
                optional("previous", step.previous(), rows, channels), stride(step.previous()),
                address("y", step.y(), rows, channels), stride(step.y()),
                optional("f", step.f(), rows, channels), stride(step.f()),
                address("target", step.target(), rows, channels), stride(step.target()),
                optional("next", step.next(), rows, channels), stride(step.next())));
    }

    @Override
    default void bootstrapLoss(int n, int pixels, Slice coefficients, SignalLoss loss, Slice residual) {
        long rows = rows(n, pixels);
        int channels = loss.output().channels();
        requireOk("bootstrapLoss", BootNative.boot_bootstrap_loss(
                context(), n, pixels, channels, coefficients(n, coefficients),
                address("noise", loss.noise(), rows, channels), stride(loss.noise()),
                address("output", loss.output(), rows, channels), stride(loss.output()),
                address("target", loss.target(), rows, channels), stride(loss.target()),
                optional("prediction", loss.prediction(), rows, channels), stride(loss.prediction()),
                address("dOutput", loss.dOutput(), rows, channels), stride(loss.dOutput()),
                address("residual", residual, n)));
    }

    @Override
    default void residualWeights(int n, Slice residual, float kappa, float power, Slice factor) {
        requirePositive("n", n);
        requireOk("residualWeights", BootNative.boot_residual_weights(
                context(), n, address("residual", residual, n), kappa, power, address("factor", factor, n)));
    }

    @Override
    default void distanceWeights(int n, int pixels, Tensor x, Tensor y, float least, Slice factor) {
        long rows = rows(n, pixels);
        int channels = x.channels();
        requireOk("distanceWeights", BootNative.boot_distance_weights(
                context(), n, pixels, channels,
                address("x", x, rows, channels), stride(x),
                address("y", y, rows, channels), stride(y),
                least, address("factor", factor, n)));
    }

    @Override
    default void addScaled(int n, int pixels, Tensor x, Slice factor, Tensor base, Tensor y) {
        long rows = rows(n, pixels);
        int channels = y.channels();
        requireOk("addScaled", BootNative.boot_add_scaled(
                context(), n, pixels, channels,
                address("x", x, rows, channels), stride(x),
                address("factor", factor, n),
                optional("base", base, rows, channels), stride(base),
                address("y", y, rows, channels), stride(y)));
    }

    @Override
    default void combine(int n, int pixels, Slice a, Tensor first, Slice b, Tensor second, Tensor y) {
        long rows = rows(n, pixels);
        int channels = y.channels();
        requireOk("combine", BootNative.boot_combine(
                context(), n, pixels, channels,
                address("a", a, n), address("first", first, rows, channels), stride(first),
                address("b", b, n), address("second", second, rows, channels), stride(second),
                address("y", y, rows, channels), stride(y)));
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
