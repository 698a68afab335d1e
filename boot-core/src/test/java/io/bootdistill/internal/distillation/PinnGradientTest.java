package io.bootdistill.internal.distillation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.BootDistiller;
import io.bootdistill.Golden;
import io.bootdistill.MixtureTeacher;
import io.bootdistill.Resolved;
import io.bootdistill.Teacher;
import io.bootdistill.TinyTeacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import io.bootdistill.objective.Objective;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gradient through the teacher and the derivative, against differences of the loss. */
class PinnGradientTest {

    private static final int BATCH = 4;
    private static final float STEP = 0x1p-9f;

    @TempDir
    Path temp;

    @Test
    void gradientIsThatOfTheLoss() throws IOException {
        for (String prediction : new String[] {"v_prediction", "sample"}) {
            Path folder = temp.resolve(prediction);
            TinyTeacher.write(folder, prediction);
            try (Teacher teacher = Teacher.load(folder, Devices.named("reference"));
                    Model student = new Model(teacher.model().graph(), teacher.model().device(), true)) {
                student.load(teacher.model(), teacher.model().parameters());
                check(teacher, student);
            }
        }
    }

    private static void check(Teacher teacher, Model student) {
        DistillationConfig config = DistillationConfig.builder().trajectoryShare(0).correctorShare(0).residualPower(0)
                .objective(Objective.PINN).batch(BATCH).block(BATCH).images(BATCH).boundaryShare(0.25).seed(2).build();
        NoiseSchedule schedule = teacher.schedule();
        Batch batch = new Batch(config, schedule, teacher.prediction(), teacher.prediction(), 0,
                ConditionSource.labels(4, 3, 0.1), teacher.condition(), teacher.shape().size());
        batch.draw(0);
        int length = Math.toIntExact(student.parameters().length());
        float[] weights = new float[length];
        float[] gradient = new float[length];
        try (BlockWorker worker = new BlockWorker(config, Resolved.of(teacher), student, student, null, null, null);
                BatchMemory memory = new BatchMemory(batch, student.device());
                Gradients gradients = new Gradients(student)) {
            memory.upload(worker.kernels);
            float[] residual = new float[BATCH];
            worker.kernels.download(student.parameters(), weights, 0);
            worker.run(memory.block(0), gradients, false);
            worker.kernels.download(gradients.flat(), gradient, 0);
            for (int direction = 0; direction < 2; direction++) {
                double[] losses = new double[2];
                double slope = 0;
                for (int side = 0; side < 2; side++) {
                    float[] moved = weights.clone();
                    for (int i = 0; i < length; i++) { // along the gradient, and along a random direction
                        double d = direction == 0 ? gradient[i] / Golden.norm(gradient)
                                : Philox.normal(direction, 0, i) / Math.sqrt(length);
                        moved[i] += (float) ((side == 0 ? STEP : -STEP) * d);
                        slope += side == 0 ? d * gradient[i] : 0;
                    }
                    worker.kernels.upload(moved, 0, student.parameters());
                    worker.run(memory.block(0), gradients, false);
                    memory.download(worker.kernels, residual);
                    for (int i = 0; i < BATCH; i++) {
                        losses[side] += batch.factor[i] * residual[i];
                    }
                }
                double difference = (losses[0] - losses[1]) / (2 * STEP);
                assertEquals(difference, slope, 0.01 * Math.abs(difference) + 3e-4 * Golden.norm(gradient),
                        teacher.prediction() + ", direction " + direction);
            }
        }
    }

    @Test
    void teachersWithoutAGradientAreRefused() {
        MixtureTeacher teacher = new MixtureTeacher(NoiseSchedule.flow(), MixtureTeacher.ring(3, 1), 0.4, false);
        DistillationConfig config = DistillationConfig.builder().trajectoryShare(0).objective(Objective.PINN).build();
        BootDistiller distiller = new BootDistiller(teacher, new Mlp(2, 8, 1, 0), Devices.named("reference"));
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> distiller.train(config));
        assertEquals("objective is PINN, must be BOOTSTRAP or DERIVATIVE for teachers that are no network, or are clipped",
                refused.getMessage());
    }
}
