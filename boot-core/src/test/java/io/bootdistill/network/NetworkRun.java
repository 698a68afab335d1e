package io.bootdistill.network;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.internal.device.Scope;
import java.util.function.UnaryOperator;

/** A network of one input on a device, with the weights of a file: values and gradients, as [n][channels][pixels]. */
public final class NetworkRun implements AutoCloseable {

    private final Scope scope = new Scope();
    private final Network network;
    private final int n;
    private final Model model;
    private final Plan plan;
    private final Kernels kernels;
    private final Gradients gradients;

    /**
     * @param key the name in the file of a parameter
     * @param mode for the gradients that are asked for
     */
    public NetworkRun(
            Device device, Network network, int n, SafetensorsFile weights, UnaryOperator<String> key, Plan.Mode mode) {
        this.network = network;
        this.n = n;
        model = scope.own(new Model(Graph.of(network), device, true));
        model.load(parameter -> {
            weights.requireShape(key.apply(parameter.name()), parameter.shape());
            return weights.floats(key.apply(parameter.name()));
        });
        plan = scope.own(new Plan(model, n, mode));
        kernels = scope.own(device.openKernels());
        gradients = scope.own(new Gradients(model));
    }

    public NetworkRun(Device device, Network network, int n, SafetensorsFile weights) {
        this(device, network, n, weights, UnaryOperator.identity(), Plan.Mode.TRAINING_WITH_INPUT_GRADIENT);
    }

    /** y of x. */
    public float[] forward(float[] x) {
        kernels.upload(rows(x, n, network.input()), 0, plan.x().data());
        plan.forward(kernels, n);
        return planes(values(plan.y()), n, network.output());
    }

    /** dx of dy, after {@link #forward}. */
    public float[] backward(float[] dy) {
        kernels.upload(rows(dy, n, network.output()), 0, plan.dy().data());
        plan.backward(kernels, n, gradients, false);
        return planes(values(plan.dx()), n, network.input());
    }

    /** A further output, after {@link #forward}: rows. */
    public float[] output(String name) {
        return values(plan.output(name));
    }

    private float[] values(Tensor dense) {
        float[] values = new float[(int) dense.data().length()];
        kernels.download(dense.data(), values, 0);
        return values;
    }

    public static float[] rows(float[] planes, int n, ImageShape shape) {
        return transpose(planes, n, shape.channels(), shape.pixels());
    }

    public static float[] planes(float[] rows, int n, ImageShape shape) {
        return transpose(rows, n, shape.pixels(), shape.channels());
    }

    private static float[] transpose(float[] values, int n, int height, int width) {
        float[] result = new float[values.length];
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    result[(k * width + j) * height + i] = values[(k * height + i) * width + j];
                }
            }
        }
        return result;
    }

    @Override
    public void close() {
        scope.close();
    }
}
