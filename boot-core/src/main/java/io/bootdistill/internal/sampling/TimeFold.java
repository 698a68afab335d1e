package io.bootdistill.internal.sampling;

import io.bootdistill.device.Activation;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.network.Model;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.ParameterReader;
import io.bootdistill.network.TimeLayers;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a network's embedding of a scalar gives at one value: e = W₂·f(W₁·φ(t) + b₁) + b₂, its layers in float64. */
public final class TimeFold {

    private TimeFold() {}

    /**
     * Changes b₂ such that a network reads one time, as it is given it, as it has read another before.
     *
     * @throws UnsupportedOperationException if its time has no layers of this kind
     */
    public static void shift(Model model, double time, double as) {
        List<TimeLayers> all = model.graph().network().timeLayers();
        if (all.isEmpty()) {
            throw new UnsupportedOperationException("the time enters otherwise than by sinusoids and two layers: it cannot be"
                    + " folded; a fourier time embedding divides by it");
        }
        for (TimeLayers layers : all) {
            Map<String, float[]> weights = weights(model, layers.name() + ".");
            float[] from = embedding(model.device(), weights, layers, time);
            float[] to = embedding(model.device(), weights, layers, as);
            String name = layers.name() + ".linear_2.bias";
            float[] bias = weights.get(name);
            for (int i = 0; i < bias.length; i++) {
                bias[i] += to[i] - from[i];
            }
            model.set(name, bias);
        }
    }

    /** The embedding by certain layers. */
    public static float[] embedding(Model model, TimeLayers layers, double value) {
        return embedding(model.device(), weights(model, layers.name() + "."), layers, value);
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

    private static float[] embedding(Device device, Map<String, float[]> weights, TimeLayers layers, double value) {
        double[] hidden = layer(weights, layers.name() + ".linear_1", layers.sinusoid().apply(value));
        if (layers.activation() == Activation.SILU) {
            for (int i = 0; i < hidden.length; i++) {
                hidden[i] /= 1 + Math.exp(-hidden[i]);
            }
        } else {
            hidden = activated(device, layers.activation(), hidden);
        }
        return rounded(layer(weights, layers.name() + ".linear_2", hidden));
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

    private static float[] rounded(double[] e) {
        float[] values = new float[e.length];
        for (int i = 0; i < e.length; i++) {
            values[i] = (float) e[i];
        }
        return values;
    }

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
