package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.metric.CollapseAlarm;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Mlp;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Delta;
import io.bootdistill.objective.DeltaSchedule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A run that is made to collapse is reported, a sound one is not. */
@Tag("convergence")
class CollapseTest {

    private static final int BATCH = 128;
    private static final int STEPS = 600;

    /** A teacher that, once its reference samples are made, forgets the noise of one class: a wrong target. */
    private static final class ForgetfulTeacher implements Denoiser {

        private final MixtureTeacher sound =
                new MixtureTeacher(new FlowSchedule(), MixtureTeacher.ring(4, 1.0), 0.4, true);
        private volatile boolean forgets;

        @Override
        public ImageShape shape() {
            return sound.shape();
        }

        @Override
        public NoiseSchedule schedule() {
            return sound.schedule();
        }

        @Override
        public ConditionShape condition() {
            return sound.condition();
        }

        @Override
        public int nullLabel() {
            return sound.nullLabel();
        }

        @Override
        public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
            sound.predict(n, x, t, condition, f);
            for (int i = 0; i < 2 * n; i++) {
                if (forgets && condition[i / 2] == 1) {
                    f[i] = 0.5f;
                }
            }
        }
    }

    /** The steps at which a run reported a collapse. */
    private static List<Long> alarms(boolean forgets) throws IOException {
        ForgetfulTeacher teacher = new ForgetfulTeacher();
        List<Long> steps = new ArrayList<>();
        DistillationConfig config = DistillationConfig.builder()
                .objective(Bootstrap.defaults().withDelta(new Delta(0.1, 0.02, DeltaSchedule.GEOMETRIC))).noCorrector()
                .batch(BATCH).block(32).lanes(4).images((long) BATCH * STEPS).seed(7)
                .optimiser(OptimiserConfig.ofStudents().withRate(3e-3).withWarmupImages(2_000).withEmaHalfLife(3_000))
                .heldOut(200).checkpointImages((long) BATCH * STEPS / 2)
                .build();
        DistillationListener listener = new DistillationListener() {
            @Override
            public void preparing(int done, int total) {
                teacher.forgets = forgets && done == total;
            }

            @Override
            public void collapsed(Quality quality, String reason) {
                assertTrue(quality.leastDiversity() < CollapseAlarm.LEAST_DIVERSITY, reason);
                steps.add(quality.step());
            }
        };
        new BootDistiller(teacher, new Mlp(2, 64, 2, 5), Devices.named("reference")).listener(listener).train(config).close();
        return steps;
    }

    @Test
    void wrongTargetIsReported() throws IOException {
        List<Long> steps = alarms(true);
        assertTrue(steps.contains((long) STEPS), "alarms at steps " + steps);
        assertTrue(steps.get(0) > STEPS / 4, "alarms at steps " + steps);
    }

    @Test
    void soundRunIsNot() throws IOException {
        assertEquals(List.of(), alarms(false));
    }

    @Test
    void limits() {
        assertTrue(CollapseAlarm.ofDiversity(0.49).orElseThrow().contains("0.49"));
        assertEquals(Optional.empty(), CollapseAlarm.ofDiversity(0.51));
        assertEquals(Optional.empty(), CollapseAlarm.ofDiversity(Double.NaN));
        assertTrue(CollapseAlarm.ofRecall(0.2, 0.5).orElseThrow().contains("0.200"));
        assertEquals(Optional.empty(), CollapseAlarm.ofRecall(0.26, 0.5));
    }
}
