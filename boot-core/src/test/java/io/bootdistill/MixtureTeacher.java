package io.bootdistill;

import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;

/**
 * The exact denoiser of a mixture of round Gaussians in the plane, a teacher without a network: with x = α x₀ + σ ε, a
 * component N(μ, s²) gives x the density N(α μ, α² s² + σ²) and the posterior mean μ + α s²/(α² s² + σ²) (x − α μ). A label
 * chooses one component; the label after the last means the whole mixture.
 */
public class MixtureTeacher implements Denoiser {

    private final NoiseSchedule schedule;
    private final double[][] means;
    private final double deviation;
    private final boolean labelled;

    public MixtureTeacher(NoiseSchedule schedule, double[][] means, double deviation, boolean labelled) {
        this.schedule = schedule;
        this.means = means;
        this.deviation = deviation;
        this.labelled = labelled;
    }

    /** A schedule for it: the cosine of 40 times, without its ends. */
    public static NoiseSchedule cosine() {
        double[] alphasCumprod = new double[40];
        for (int i = 0; i < alphasCumprod.length; i++) {
            alphasCumprod[i] = Math.pow(Math.cos(Math.PI / 2 * (i + 1) / (alphasCumprod.length + 1)), 2);
        }
        return new DiscreteSchedule(alphasCumprod);
    }

    @Override
    public ImageShape shape() {
        return new ImageShape(2, 1, 1);
    }

    @Override
    public NoiseSchedule schedule() {
        return schedule;
    }

    @Override
    public ConditionShape condition() {
        return labelled ? new ConditionShape.Label(means.length + 1) : new ConditionShape.None();
    }

    @Override
    public int nullLabel() {
        return labelled ? means.length : -1;
    }

    @Override
    public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
        for (int i = 0; i < n; i++) {
            int label = labelled ? (int) condition[i] : means.length;
            double[] mean = predict(new double[] {x[2 * i], x[2 * i + 1]}, t[i], label);
            f[2 * i] = (float) mean[0];
            f[2 * i + 1] = (float) mean[1];
        }
    }

    /** E[x₀ | x] for the whole mixture. */
    public double[] predict(double[] x, double t) {
        return predict(x, t, means.length);
    }

    private double[] predict(double[] x, double t, int label) {
        double alpha = schedule.alpha(t);
        double sigma = schedule.sigma(t);
        double variance = alpha * alpha * deviation * deviation + sigma * sigma;
        double gain = alpha * deviation * deviation / variance;
        double[] logs = new double[means.length];
        double largest = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < means.length; k++) {
            double dx = x[0] - alpha * means[k][0];
            double dy = x[1] - alpha * means[k][1];
            logs[k] = label < means.length && label != k ? Double.NEGATIVE_INFINITY : -(dx * dx + dy * dy) / (2 * variance);
            largest = Math.max(largest, logs[k]);
        }
        double total = 0;
        double[] mean = new double[2];
        for (int k = 0; k < means.length; k++) {
            double share = Math.exp(logs[k] - largest);
            total += share;
            for (int d = 0; d < 2; d++) {
                mean[d] += share * (means[k][d] + gain * (x[d] - alpha * means[k][d]));
            }
        }
        mean[0] /= total;
        mean[1] /= total;
        return mean;
    }

    /** Components on a circle. */
    public static double[][] ring(int count, double radius) {
        double[][] means = new double[count][2];
        for (int k = 0; k < count; k++) {
            means[k][0] = radius * Math.cos(2 * Math.PI * k / count);
            means[k][1] = radius * Math.sin(2 * Math.PI * k / count);
        }
        return means;
    }
}
