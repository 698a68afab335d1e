package io.bootdistill.reference;

import io.bootdistill.device.GroupNorm;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;

/** Group normalisation (Wu and He, 2018) with its scale, shift and activation. */
interface ReferenceNormalisation extends Kernels {

    @Override
    default void groupNormForward(int n, GroupNorm norm, GroupNorm.Operands operands, Tensor yTensor) {
        Matrix x = Matrix.of("x", operands.x(), (long) n * norm.pixels(), norm.channels());
        Matrix gamma = Matrix.of("gamma", operands.gamma(), 1, norm.channels());
        Matrix beta = Matrix.of("beta", operands.beta(), 1, norm.channels());
        Matrix scale = Matrix.optional("scale", operands.scale(), n, norm.channels());
        Matrix shift = Matrix.optional("shift", operands.shift(), n, norm.channels());
        Matrix statistics = Matrix.of("statistics", operands.statistics(), (long) n * norm.groups(), 2);
        Matrix y = Matrix.of("y", yTensor, (long) n * norm.pixels(), norm.channels());

        int groupChannels = norm.channels() / norm.groups();
        double count = (double) norm.pixels() * groupChannels;
        for (int sample = 0; sample < n; sample++) {
            int first = sample * norm.pixels();
            int last = first + norm.pixels();
            for (int group = 0; group < norm.groups(); group++) {
                int from = group * groupChannels;
                int to = from + groupChannels;
                double sum = 0;
                for (int row = first; row < last; row++) {
                    for (int c = from; c < to; c++) {
                        sum += x.get(row, c);
                    }
                }
                double mean = sum / count;
                double squares = 0;
                for (int row = first; row < last; row++) {
                    for (int c = from; c < to; c++) {
                        squares += square(x.get(row, c) - mean);
                    }
                }
                double inverseDeviation = 1 / Math.sqrt(squares / count + norm.epsilon());
                statistics.set(sample * norm.groups() + group, 0, mean);
                statistics.set(sample * norm.groups() + group, 1, inverseDeviation);
                for (int row = first; row < last; row++) {
                    for (int c = from; c < to; c++) {
                        double xHat = (x.get(row, c) - mean) * inverseDeviation;
                        double z = xHat * gamma.get(0, c) + beta.get(0, c);
                        double u = z * (1 + Matrix.orZero(scale, sample, c)) + Matrix.orZero(shift, sample, c);
                        y.set(row, c, ActivationFormulas.value(norm.activation(), u));
                    }
                }
            }
        }
    }

    /**
     * With u = z·(1 + scale) + shift, z = x̂·gamma + beta and the activation f: du = dy·f'(u), dz = du·(1 + scale),
     * dx̂ = dz·gamma and dx = (dx̂ − mean(dx̂) − x̂·mean(dx̂·x̂))/σ, the means taken over the group.
     */
    @Override
    default void groupNormBackward(
            int n, GroupNorm norm, GroupNorm.Operands operands, GroupNorm.Gradients gradients, Slice dGammaSlice,
            Slice dBetaSlice, boolean accumulate) {
        gradients.requireOf(operands);
        Matrix x = Matrix.of("x", operands.x(), (long) n * norm.pixels(), norm.channels());
        Matrix gamma = Matrix.of("gamma", operands.gamma(), 1, norm.channels());
        Matrix beta = Matrix.of("beta", operands.beta(), 1, norm.channels());
        Matrix scale = Matrix.optional("scale", operands.scale(), n, norm.channels());
        Matrix shift = Matrix.optional("shift", operands.shift(), n, norm.channels());
        Matrix statistics = Matrix.of("statistics", operands.statistics(), (long) n * norm.groups(), 2);
        Matrix dy = Matrix.of("dy", gradients.dy(), (long) n * norm.pixels(), norm.channels());
        Matrix base = Matrix.optional("base", gradients.base(), (long) n * norm.pixels(), norm.channels());
        Matrix dx = Matrix.of("dx", gradients.dx(), (long) n * norm.pixels(), norm.channels());
        Matrix dGamma = Matrix.of("dGamma", dGammaSlice, 1, norm.channels());
        Matrix dBeta = Matrix.of("dBeta", dBetaSlice, 1, norm.channels());
        Matrix dScale = Matrix.optional("dScale", gradients.dScale(), n, norm.channels());
        Matrix dShift = Matrix.optional("dShift", gradients.dShift(), n, norm.channels());

        if (!accumulate) {
            dGamma.fill(0);
            dBeta.fill(0);
        }
        if (dScale != null) {
            dScale.fill(0);
            dShift.fill(0);
        }
        int groupChannels = norm.channels() / norm.groups();
        double count = (double) norm.pixels() * groupChannels;
        double[][] xHat = new double[norm.pixels()][groupChannels];
        double[][] dxHat = new double[norm.pixels()][groupChannels];
        for (int sample = 0; sample < n; sample++) {
            for (int group = 0; group < norm.groups(); group++) {
                double mean = statistics.get(sample * norm.groups() + group, 0);
                double inverseDeviation = statistics.get(sample * norm.groups() + group, 1);
                double sum = 0; // of dx̂
                double sumWithX = 0; // of dx̂·x̂
                for (int pixel = 0; pixel < norm.pixels(); pixel++) {
                    int row = sample * norm.pixels() + pixel;
                    for (int k = 0; k < groupChannels; k++) {
                        int c = group * groupChannels + k;
                        double factor = 1 + Matrix.orZero(scale, sample, c);
                        xHat[pixel][k] = (x.get(row, c) - mean) * inverseDeviation;
                        double z = xHat[pixel][k] * gamma.get(0, c) + beta.get(0, c);
                        double u = z * factor + Matrix.orZero(shift, sample, c);
                        double du = dy.get(row, c) * ActivationFormulas.derivative(norm.activation(), u);
                        double dz = du * factor;
                        if (dScale != null) {
                            dScale.add(sample, c, du * z);
                            dShift.add(sample, c, du);
                        }
                        dGamma.add(0, c, dz * xHat[pixel][k]);
                        dBeta.add(0, c, dz);
                        dxHat[pixel][k] = dz * gamma.get(0, c);
                        sum += dxHat[pixel][k];
                        sumWithX += dxHat[pixel][k] * xHat[pixel][k];
                    }
                }
                for (int pixel = 0; pixel < norm.pixels(); pixel++) {
                    int row = sample * norm.pixels() + pixel;
                    for (int k = 0; k < groupChannels; k++) {
                        int c = group * groupChannels + k;
                        double gradient =
                                (dxHat[pixel][k] - sum / count - xHat[pixel][k] * sumWithX / count) * inverseDeviation;
                        dx.set(row, c, Matrix.orZero(base, row, c) + gradient);
                    }
                }
            }
        }
    }

    /**
     * With u as in {@link #groupNormBackward}: the tangent of x̂ is (ẋ − mean(ẋ) − x̂·mean(ẋ·x̂))/σ, the means taken over the
     * group; the rest is the rule of products.
     */
    @Override
    default void groupNormTangent(
            int n, GroupNorm norm, GroupNorm.Operands operands, GroupNorm.Tangents tangents) {
        tangents.requireOf(operands);
        Matrix x = Matrix.of("x", operands.x(), (long) n * norm.pixels(), norm.channels());
        Matrix gamma = Matrix.of("gamma", operands.gamma(), 1, norm.channels());
        Matrix beta = Matrix.of("beta", operands.beta(), 1, norm.channels());
        Matrix scale = Matrix.optional("scale", operands.scale(), n, norm.channels());
        Matrix shift = Matrix.optional("shift", operands.shift(), n, norm.channels());
        Matrix statistics = Matrix.of("statistics", operands.statistics(), (long) n * norm.groups(), 2);
        Matrix xTangent = Matrix.of("xTangent", tangents.x(), (long) n * norm.pixels(), norm.channels());
        Matrix scaleTangent = Matrix.optional("scaleTangent", tangents.scale(), n, norm.channels());
        Matrix shiftTangent = Matrix.optional("shiftTangent", tangents.shift(), n, norm.channels());
        Matrix yTangent = Matrix.of("yTangent", tangents.y(), (long) n * norm.pixels(), norm.channels());

        int groupChannels = norm.channels() / norm.groups();
        double count = (double) norm.pixels() * groupChannels;
        for (int sample = 0; sample < n; sample++) {
            int first = sample * norm.pixels();
            int last = first + norm.pixels();
            for (int group = 0; group < norm.groups(); group++) {
                int from = group * groupChannels;
                int to = from + groupChannels;
                double mean = statistics.get(sample * norm.groups() + group, 0);
                double inverseDeviation = statistics.get(sample * norm.groups() + group, 1);
                double sum = 0; // of ẋ
                double sumWithX = 0; // of ẋ·x̂
                for (int row = first; row < last; row++) {
                    for (int c = from; c < to; c++) {
                        sum += xTangent.get(row, c);
                        sumWithX += xTangent.get(row, c) * (x.get(row, c) - mean) * inverseDeviation;
                    }
                }
                for (int row = first; row < last; row++) {
                    for (int c = from; c < to; c++) {
                        double xHat = (x.get(row, c) - mean) * inverseDeviation;
                        double xHatTangent =
                                (xTangent.get(row, c) - sum / count - xHat * sumWithX / count) * inverseDeviation;
                        double z = xHat * gamma.get(0, c) + beta.get(0, c);
                        double factor = 1 + Matrix.orZero(scale, sample, c);
                        double u = z * factor + Matrix.orZero(shift, sample, c);
                        double uTangent = xHatTangent * gamma.get(0, c) * factor
                                + z * Matrix.orZero(scaleTangent, sample, c) + Matrix.orZero(shiftTangent, sample, c);
                        yTangent.set(row, c, uTangent * ActivationFormulas.derivative(norm.activation(), u));
                    }
                }
            }
        }
    }

    private static double square(double value) {
        return value * value;
    }
}
