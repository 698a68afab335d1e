package io.bootdistill.format;

import io.bootdistill.error.ModelFormatException;

/**
 * The tables of a schedule as diffusers has them on a CPU: float32, where a running product is kept in float64 and each entry
 * rounded. Bit for bit, but for rescaled tables, whose last bits depend on the square root of a PyTorch build.
 */
final class BetaTable {

    private static final double MAX_COSINE_BETA = 0.999;

    private BetaTable() {}

    static float[] betas(SchedulerValues values) {
        float[] betas = scheduled(values);
        return values.rescaleBetasZeroSnr() ? rescaledToZeroTerminalSnr(betas) : betas;
    }

    private static float[] scheduled(SchedulerValues values) {
        int n = values.numTrainTimesteps();
        if (!values.trainedBetas().isEmpty()) {
            float[] betas = new float[n];
            for (int i = 0; i < n; i++) {
                betas[i] = values.trainedBetas().get(i).floatValue();
            }
            return betas;
        }
        return switch (values.betaSchedule()) {
            case LINEAR -> ramp((float) values.betaStart(), (float) values.betaEnd(), n);
            case SCALED_LINEAR -> {
                float[] betas = ramp((float) Math.sqrt(values.betaStart()), (float) Math.sqrt(values.betaEnd()), n);
                for (int i = 0; i < n; i++) {
                    betas[i] *= betas[i];
                }
                yield betas;
            }
            case SQUAREDCOS_CAP_V2 -> cosine(n);
        };
    }

    /** PyTorch's linspace: from both ends towards the middle, a single rounding per entry. */
    private static float[] ramp(float start, float end, int n) {
        float[] ramp = new float[n];
        float step = (end - start) / (n - 1);
        for (int i = 0; i < n; i++) {
            ramp[i] = i < n / 2 ? Math.fma(step, i, start) : Math.fma(-step, n - 1 - i, end);
        }
        return ramp;
    }

    private static float[] cosine(int n) {
        float[] betas = new float[n];
        for (int i = 0; i < n; i++) {
            double beta = 1 - cosineAlphaBar((i + 1) / (double) n) / cosineAlphaBar(i / (double) n);
            betas[i] = (float) Math.min(beta, MAX_COSINE_BETA);
        }
        return betas;
    }

    private static double cosineAlphaBar(double t) {
        double cosine = StrictMath.cos((t + 0.008) / 1.008 * Math.PI / 2); // the same bits on every platform
        return cosine * cosine;
    }

    /** ᾱ: running product of 1 − β. */
    static float[] alphasCumprod(float[] betas) {
        float[] table = new float[betas.length];
        double product = 1;
        for (int i = 0; i < betas.length; i++) {
            product *= 1f - betas[i];
            table[i] = (float) product;
        }
        return table;
    }

    /** Lin et al. (2024), arXiv 2305.08891, algorithm 1: √ᾱ is shifted to 0 at the last index and scaled to keep the first. */
    private static float[] rescaledToZeroTerminalSnr(float[] betas) {
        int n = betas.length;
        float[] root = alphasCumprod(betas);
        for (int i = 0; i < n; i++) {
            root[i] = (float) Math.sqrt(root[i]);
        }
        float first = root[0];
        float last = root[n - 1];
        float scale = first / (first - last);
        float[] rescaled = new float[n];
        float previous = 1;
        for (int i = 0; i < n; i++) {
            float shifted = (root[i] - last) * scale;
            float alphaBar = shifted * shifted;
            rescaled[i] = 1 - alphaBar / previous;
            if (Float.isNaN(rescaled[i])) {
                throw new ModelFormatException("rescale_betas_zero_snr is true, but the schedule reaches pure noise at index "
                        + (i - 1) + ", before the last, " + (n - 1) + "; set it to false");
            }
            previous = alphaBar;
        }
        return rescaled;
    }

    static double[] widened(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
