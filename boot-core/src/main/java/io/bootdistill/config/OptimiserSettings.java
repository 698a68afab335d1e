package io.bootdistill.config;

/** How the weights are updated; names and ranges as in {@link DistillationConfig}. */
public record OptimiserSettings(
        long steps, int batch, UpdateRule updateRule, double learningRate, long warmupImages, double weightDecay,
        double beta1, double beta2, double gradientClip, double emaHalfLife) {}
