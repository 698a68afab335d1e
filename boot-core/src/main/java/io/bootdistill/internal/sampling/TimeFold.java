package io.bootdistill.internal.sampling;

import io.bootdistill.device.Activation;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.network.Model;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.ParameterReader;
import io.bootdistill.network.TimeEmbeddingType;
import io.bootdistill.network.UNetConfig;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;

/** The output of a U-Net's embedding of a scalar at one value: e = W₂·f(W₁·φ(t) + b₁) + b₂, its layers in float64. */
public final class TimeFold {

    /** The embedding of the time. */
    public static final String TIME = "time_embedding";

    private TimeFold() {}

    /** Changes b₂ such that a network reads one time, as it is given it, as it has read another before. */
    public static void shift(Model model, UNetConfig config, double time, double as) {
        Map<String, float[]> weights = weights(model, TIME + ".");
        float[] from = embedding(weights, config, TIME, time);
        float[] to = embedding(weights, config, TIME, as);
        String name = TIME + ".linear_2.bias";
        float[] bias = weights.get(name);
        for (int i = 0; i < bias.length; i++) {
            bias[i] += to[i] - from[i];
        }
        model.set(name, bias);
    }

    /** The embedding whose parameters begin with a name, for the time as the network is given it or another scalar. */
    public static float[] embedding(Model model, UNetConfig config, String name, double value) {
        return embedding(weights(model, name + "."), config, name, value);
    }

    private static Map<String, float[]> weights(Model model, String prefix) {
        Map<String, float[]> weights = new HashMap<>();
        try (ParameterReader reader = model.reader()) {
            for (Parameter parameter : model.graph().layout().trained()) {
                if (parameter.name().startsWith(prefix)) {
                    float[] values = new float[parameter.size()];
                    reader.read(parameter, 0, FloatBuffer.wrap(values));
                    weights.put(parameter.name(), values);
                }
            }
        }
        return weights;
    }

    private static float[] embedding(Map<String, float[]> weights, UNetConfig config, String name, double value) {
        if (config.timeEmbeddingType() != TimeEmbeddingType.POSITIONAL) {
            throw new UnsupportedOperationException("a fourier time embedding divides by the time step: it cannot be folded");
        }
        return embedding(weights, name, config.positionalEmbedding((float) value));
    }

    /** The embedding whose parameters begin with a name, of a sinusoid: two layers with an activation between them. */
    public static float[] embedding(Model model, String name, double[] sinusoid, Activation f) {
        Map<String, float[]> weights = weights(model, name + ".");
        double[] hidden = layer(weights, name + ".linear_1", sinusoid);
        return rounded(layer(weights, name + ".linear_2", activated(model.device(), f, hidden)));
    }

    /** By the device's kernel, whose activations are those that the network was trained with. */
    private static double[] activated(Device device, Activation f, double[] x) {
        float[] values = rounded(x);
        try (DeviceMemory memory = device.allocate(values.length); Kernels kernels = device.openKernels()) {
            Tensor tensor = Tensor.of(memory.slice(), values.length);
            kernels.upload(values, 0, memory.slice());
            kernels.activationForward(1, f, tensor, tensor);
            kernels.download(memory.slice(), values, 0);
        }
        double[] y = new double[values.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = values[i];
        }
        return y;
    }

    private static float[] embedding(Map<String, float[]> weights, String name, double[] sinusoid) {
        double[] hidden = layer(weights, name + ".linear_1", sinusoid);
        for (int i = 0; i < hidden.length; i++) {
            hidden[i] /= 1 + Math.exp(-hidden[i]);
        }
        return rounded(layer(weights, name + ".linear_2", hidden));
    }

    private static float[] rounded(double[] e) {
        float[] folded = new float[e.length];
        for (int i = 0; i < e.length; i++) {
            folded[i] = (float) e[i];
        }
        return folded;
    }

    /** W·x + b, W [out][in]. */
    private static double[] layer(Map<String, float[]> weights, String name, double[] x) {
        float[] weight = weights.get(name + ".weight");
        float[] bias = weights.get(name + ".bias");
        double[] y = new double[bias.length];
        for (int o = 0; o < y.length; o++) {
            y[o] = bias[o];
            for (int i = 0; i < x.length; i++) {
                y[o] += weight[o * x.length + i] * x[i];
            }
        }
        return y;
    }
}
