package io.bootdistill;

import io.bootdistill.network.Model;
import io.bootdistill.network.UNetConfig;
import java.util.HashMap;
import java.util.Map;

/** The output of a U-Net's time embedding at one time, in float64: e = W₂·SiLU(W₁·φ(t) + b₁) + b₂. */
final class TimeFold {

    private TimeFold() {}

    static float[] embedding(Model model, UNetConfig config, double networkTime) {
        if (config.timeEmbeddingType() != UNetConfig.TimeEmbeddingType.POSITIONAL) {
            throw new UnsupportedOperationException("a fourier time embedding divides by the time step: it cannot be folded");
        }
        Map<String, float[]> weights = new HashMap<>();
        model.save((parameter, values) -> {
            if (parameter.name().startsWith("time_embedding.")) {
                weights.put(parameter.name().substring("time_embedding.".length()), values);
            }
        });
        double[] hidden = layer(weights, "linear_1", config.positionalEmbedding((float) networkTime));
        for (int i = 0; i < hidden.length; i++) {
            hidden[i] /= 1 + Math.exp(-hidden[i]);
        }
        double[] e = layer(weights, "linear_2", hidden);
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
