package io.bootdistill.internal.sampling;

import io.bootdistill.device.Activation;
import io.bootdistill.network.Model;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.ParameterReader;
import io.bootdistill.network.TimeLayers;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a network's embedding of a scalar gives at one value, in float64: e = W₂·SiLU(W₁·φ(t) + b₁) + b₂. */
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
            float[] from = embedding(weights, layers, time);
            float[] to = embedding(weights, layers, as);
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
        return embedding(weights(model, layers.name() + "."), layers, value);
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

    private static float[] embedding(Map<String, float[]> weights, TimeLayers layers, double value) {
        double[] hidden = layer(weights, layers.name() + ".linear_1", layers.sinusoid().apply(value));
        for (int i = 0; i < hidden.length; i++) {
            hidden[i] = activated(layers.activation(), hidden[i]);
        }
        double[] e = layer(weights, layers.name() + ".linear_2", hidden);
        float[] folded = new float[e.length];
        for (int i = 0; i < e.length; i++) {
            folded[i] = (float) e[i];
        }
        return folded;
    }

    private static double activated(Activation activation, double x) {
        if (activation != Activation.SILU) {
            throw new UnsupportedOperationException("the embedding of the time has the activation " + activation
                    + ", must be silu for the time to be folded");
        }
        return x / (1 + Math.exp(-x));
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
