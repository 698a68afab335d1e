package io.bootdistill.examples;

import io.bootdistill.BootDistiller;
import io.bootdistill.Student;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Mlp;
import java.io.IOException;
import java.util.Arrays;

/** A teacher that is a function: the exact denoiser of a round Gaussian in the plane, N((2, −1), 0.5²). */
final class OwnTeacher implements Denoiser {

    private static final double[] MEAN = {2, -1};
    private static final double VARIANCE = 0.25;

    private final NoiseSchedule schedule = new FlowSchedule();

    @Override
    public ImageShape shape() {
        return new ImageShape(2, 1, 1);
    }

    @Override
    public NoiseSchedule schedule() {
        return schedule;
    }

    @Override
    public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
        for (int i = 0; i < 2 * n; i++) {
            double alpha = schedule.alpha(t[i / 2]);
            double sigma = schedule.sigma(t[i / 2]);
            double gain = alpha * VARIANCE / (alpha * alpha * VARIANCE + sigma * sigma);
            f[i] = (float) (MEAN[i % 2] + gain * (x[i] - alpha * MEAN[i % 2])); // E[x0 | x]
        }
    }

    /** Distils it into a small network that starts from random weights. */
    static Student distil(long images) throws IOException {
        Mlp network = new Mlp(2, 64, 2, 0);
        DistillationConfig config = DistillationConfig.builder().images(images).learningRate(1e-3).build(); // random weights
        return new BootDistiller(new OwnTeacher(), network).train(config);
    }

    public static void main(String[] args) throws IOException {
        try (Student student = distil(96_000)) {
            System.out.println(Arrays.toString(student.sample(new long[] {1, 2, 3}, null)));
        }
    }
}
