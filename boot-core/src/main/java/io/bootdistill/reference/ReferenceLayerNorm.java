package io.bootdistill.reference;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.LayerNorm;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;

/** Layer normalisation (Ba, Kiros and Hinton, 2016), modulated by the sample where asked (Peebles and Xie, 2023). */
interface ReferenceLayerNorm extends Kernels {

    @Override
    default void layerNormForward(int n, LayerNorm norm, LayerNorm.Operands operands, Tensor yTensor) {
        int channels = norm.channels();
        long rows = (long) n * norm.pixels();
        Matrix x = Matrix.of("x", operands.x(), rows, channels);
        Matrix gamma = Matrix.optional("gamma", operands.gamma(), 1, channels);
        Matrix beta = Matrix.optional("beta", operands.beta(), 1, channels);
        Matrix scale = Matrix.optional("scale", operands.scale(), n, channels);
        Matrix shift = Matrix.optional("shift", operands.shift(), n, channels);
        Matrix statistics = Matrix.of("statistics", operands.statistics(), rows, 2);
        Matrix y = Matrix.of("y", yTensor, rows, channels);
        for (int row = 0; row < rows; row++) {
            int sample = row / norm.pixels();
            double sum = 0;
            for (int c = 0; c < channels; c++) {
                sum += x.get(row, c);
            }
            double mean = sum / channels;
            double squares = 0;
            for (int c = 0; c < channels; c++) {
                squares += (x.get(row, c) - mean) * (x.get(row, c) - mean);
            }
            double inverseDeviation = 1 / Math.sqrt(squares / channels + norm.epsilon());
            statistics.set(row, 0, mean);
            statistics.set(row, 1, inverseDeviation);
            for (int c = 0; c < channels; c++) {
                double z = orOne(gamma, c) * (x.get(row, c) - mean) * inverseDeviation + Matrix.orZero(beta, 0, c);
                y.set(row, c, z * (1 + Matrix.orZero(scale, sample, c)) + Matrix.orZero(shift, sample, c));
            }
        }
    }

    /**
     * With y = z·(1 + scale) + shift, z = x̂·gamma + beta: dz = dy·(1 + scale), dx̂ = dz·gamma and
     * dx = (dx̂ − mean(dx̂) − x̂·mean(dx̂·x̂))/σ, the means taken over the row.
     */
    @Override
    default void layerNormBackward(
            int n, LayerNorm norm, LayerNorm.Operands operands, LayerNorm.Gradients gradients, Slice dGammaSlice,
            Slice dBetaSlice, boolean accumulate) {
        gradients.requireOf(operands, dGammaSlice, dBetaSlice);
        int channels = norm.channels();
        long rows = (long) n * norm.pixels();
        Matrix x = Matrix.of("x", operands.x(), rows, channels);
        Matrix gamma = Matrix.optional("gamma", operands.gamma(), 1, channels);
        Matrix beta = Matrix.optional("beta", operands.beta(), 1, channels);
        Matrix scale = Matrix.optional("scale", operands.scale(), n, channels);
        Matrix.optional("shift", operands.shift(), n, channels);
        Matrix statistics = Matrix.of("statistics", operands.statistics(), rows, 2);
        Matrix dy = Matrix.of("dy", gradients.dy(), rows, channels);
        Matrix base = Matrix.optional("base", gradients.base(), rows, channels);
        Matrix dx = Matrix.optional("dx", gradients.dx(), rows, channels);
        Matrix dScale = Matrix.optional("dScale", gradients.dScale(), n, channels);
        Matrix dShift = Matrix.optional("dShift", gradients.dShift(), n, channels);
        Matrix dGamma = Matrix.optional("dGamma", dGammaSlice, 1, channels);
        Matrix dBeta = Matrix.optional("dBeta", dBetaSlice, 1, channels);
        if (dGamma != null && !accumulate) {
            dGamma.fill(0);
            dBeta.fill(0);
        }
        if (dScale != null) {
            dScale.fill(0);
            dShift.fill(0);
        }
        double[] xHat = new double[channels];
        double[] dxHat = new double[channels];
        for (int row = 0; row < rows; row++) {
            int sample = row / norm.pixels();
            double inverseDeviation = statistics.get(row, 1);
            double sum = 0; // of dx̂
            double sumWithX = 0; // of dx̂·x̂
            for (int c = 0; c < channels; c++) {
                xHat[c] = (x.get(row, c) - statistics.get(row, 0)) * inverseDeviation;
                double dz = dy.get(row, c) * (1 + Matrix.orZero(scale, sample, c));
                if (dScale != null) {
                    dScale.add(sample, c, dy.get(row, c) * (orOne(gamma, c) * xHat[c] + Matrix.orZero(beta, 0, c)));
                    dShift.add(sample, c, dy.get(row, c));
                }
                if (dGamma != null) {
                    dGamma.add(0, c, dz * xHat[c]);
                    dBeta.add(0, c, dz);
                }
                dxHat[c] = dz * orOne(gamma, c);
                sum += dxHat[c];
                sumWithX += dxHat[c] * xHat[c];
            }
            for (int c = 0; dx != null && c < channels; c++) {
                double gradient = (dxHat[c] - sum / channels - xHat[c] * sumWithX / channels) * inverseDeviation;
                dx.set(row, c, Matrix.orZero(base, row, c) + gradient);
            }
        }
    }

    /** The tangent of x̂ is (ẋ − mean(ẋ) − x̂·mean(ẋ·x̂))/σ, the means taken over the row; the rest is the rule of products. */
    @Override
    default void layerNormTangent(int n, LayerNorm norm, LayerNorm.Operands operands, LayerNorm.Tangents tangents) {
        tangents.requireOf(operands);
        int channels = norm.channels();
        long rows = (long) n * norm.pixels();
        Matrix x = Matrix.of("x", operands.x(), rows, channels);
        Matrix gamma = Matrix.optional("gamma", operands.gamma(), 1, channels);
        Matrix beta = Matrix.optional("beta", operands.beta(), 1, channels);
        Matrix scale = Matrix.optional("scale", operands.scale(), n, channels);
        Matrix.optional("shift", operands.shift(), n, channels);
        Matrix statistics = Matrix.of("statistics", operands.statistics(), rows, 2);
        Matrix xTangent = Matrix.of("xTangent", tangents.x(), rows, channels);
        Matrix scaleTangent = Matrix.optional("scaleTangent", tangents.scale(), n, channels);
        Matrix shiftTangent = Matrix.optional("shiftTangent", tangents.shift(), n, channels);
        Matrix yTangent = Matrix.of("yTangent", tangents.y(), rows, channels);
        double[] xHat = new double[channels];
        for (int row = 0; row < rows; row++) {
            int sample = row / norm.pixels();
            double inverseDeviation = statistics.get(row, 1);
            double sum = 0; // of ẋ
            double sumWithX = 0; // of ẋ·x̂
            for (int c = 0; c < channels; c++) {
                xHat[c] = (x.get(row, c) - statistics.get(row, 0)) * inverseDeviation;
                sum += xTangent.get(row, c);
                sumWithX += xTangent.get(row, c) * xHat[c];
            }
            for (int c = 0; c < channels; c++) {
                double xHatTangent = (xTangent.get(row, c) - sum / channels - xHat[c] * sumWithX / channels) * inverseDeviation;
                double z = orOne(gamma, c) * xHat[c] + Matrix.orZero(beta, 0, c);
                yTangent.set(row, c, xHatTangent * orOne(gamma, c) * (1 + Matrix.orZero(scale, sample, c))
                        + z * Matrix.orZero(scaleTangent, sample, c) + Matrix.orZero(shiftTangent, sample, c));
            }
        }
    }

    private static double orOne(Matrix gamma, int channel) {
        return gamma == null ? 1 : gamma.get(0, channel);
    }
}
