package io.bootdistill.phase;

import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.network.ImageShape;

/**
 * A denoiser of numbers that is affine in x at each time of an even grid, with the flow schedule: what a student becomes that
 * learns from a Gaussian.
 *
 * @param lines [time][f at 0, slope]
 */
record AffineTeacher(double[][] lines) implements Denoiser {

    @Override
    public ImageShape shape() {
        return new ImageShape(1, 1, 1);
    }

    @Override
    public NoiseSchedule schedule() {
        return new FlowSchedule();
    }

    @Override
    public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
        for (int i = 0; i < n; i++) {
            f[i] = (float) predict(x[i], t[i]);
        }
    }

    double predict(double x, double t) {
        double[] line = lines[(int) Math.round((1 - t) * lines.length)];
        return line[0] + line[1] * x;
    }

    /** The sample of a noise, by as many DDIM steps as there are times. */
    double sample(double noise) {
        double y = 0;
        for (int i = 0; i < lines.length; i++) {
            double t = 1 - i / (double) lines.length;
            double f = predict((1 - t) * y + t * noise, t);
            y += schedule().step(t, t - 1.0 / lines.length) * (f - y);
        }
        return y;
    }
}
