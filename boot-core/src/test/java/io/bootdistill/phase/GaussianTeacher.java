package io.bootdistill.phase;

import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.network.ImageShape;

/**
 * The exact denoiser of a number with the distribution N(m, s²), with the flow schedule: f = m + k (x − α m),
 * k = α s²/(α² s² + σ²).
 */
record GaussianTeacher(double mean, double deviation) implements Denoiser {

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
        double alpha = 1 - t;
        double square = deviation * deviation;
        return mean + alpha * square / (alpha * alpha * square + t * t) * (x - alpha * mean);
    }
}
