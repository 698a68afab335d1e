package io.bootdistill.internal.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.network.ImageShape;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The steps of latent consistency models. */
@Tag("fast")
class ConsistencyTest {

    private static final DiscreteSchedule SCHEDULE =
            DiscreteSchedule.of(SchedulerConfig.of(BetaSchedule.LINEAR, PredictionType.EPSILON));

    /** Every prediction is 0.3. */
    private static final Denoiser CONSTANT = new Denoiser() {

        @Override
        public ImageShape shape() {
            return new ImageShape(2, 1, 3);
        }

        @Override
        public NoiseSchedule schedule() {
            return SCHEDULE;
        }

        @Override
        public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
            Arrays.fill(f, 0, n * shape().size(), 0.3f);
        }
    };

    /** Those of the stock scheduler. */
    @Test
    void timesAreEvenlyChosen() {
        double[] times = Trajectory.consistency(SCHEDULE, 4, 50, 10).times();
        assertArrayEquals(new double[] {999, 759, 499, 259}, Arrays.stream(times).map(t -> t * 999).toArray(), 1e-9);
        assertThrows(IllegalArgumentException.class, () -> Trajectory.consistency(SCHEDULE, 51, 50, 10));
    }

    @Test
    void eachStepButTheLastIsNoisedAnew() {
        Trajectory trajectory = Trajectory.consistency(SCHEDULE, 2, 50, 10);
        long[] seeds = {4, 9, -1};
        float[] found = new float[seeds.length * 6];
        try (SamplerWorkers workers = new SamplerWorkers(TeacherModel.of(CONSTANT), trajectory, null, 0, null, 2, 2)) {
            workers.run(SampleRequest.ofSeeds(seeds), seeds.length, found, null);
        }
        double[] times = trajectory.times();
        for (int i = 0; i < found.length; i++) {
            int place = i % 6; // noise is drawn channel by channel, as samples lie
            double first = step(Philox.normal(seeds[i / 6], 0, place), times[0]);
            double again = SCHEDULE.alpha(times[1]) * first
                    + SCHEDULE.sigma(times[1]) * Philox.normal(seeds[i / 6], 1, place);
            assertEquals(step(again, times[1]), found[i], 1e-6, "value " + i);
        }
    }

    /** out·f + skip·x, the boundary condition of the stock scheduler. */
    private static double step(double x, double t) {
        double scaled = 10 * SCHEDULE.networkTime(t);
        double skip = 0.25 / (scaled * scaled + 0.25);
        return scaled / Math.sqrt(scaled * scaled + 0.25) * 0.3 + skip * x;
    }
}
