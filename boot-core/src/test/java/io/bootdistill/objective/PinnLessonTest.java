package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.Golden;
import io.bootdistill.Resolved;
import io.bootdistill.Teacher;
import io.bootdistill.TinyTeacher;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.network.Model;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gradient through the teacher and the derivative, against differences of the loss. */
class PinnLessonTest {

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
                    Model student = new Model(Resolved.of(teacher).model().graph(), Resolved.of(teacher).device(), true)) {
                student.load(Resolved.of(teacher).model(), Resolved.of(teacher).model().parameters());
                check(Resolved.of(teacher), student);
            }
        }
    }

    private static void check(TeacherModel teacher, Model student) {
        Pinn options = new Pinn(TimeSampling.STRATIFIED, BootstrapLoss.Weighting.FLAT, new Boundary.Atom(0.25));
        try (LessonRoom room = new LessonRoom(teacher, student, BATCH, BATCH, null)) {
            room.seed = 2;
            room.conditions = ConditionSource.labels(4, 3, 0.1);
            try (Lesson lesson = options.lesson(room, new Assignment(0, 1, ResidualWeighting.NONE))) {
                room.run(lesson, 0);
                float[] gradient = room.gradient();
                float[] weights = room.values(student.parameters());
                for (int direction = 0; direction < 2; direction++) {
                    double[] losses = new double[2];
                    double slope = 0;
                    for (int side = 0; side < 2; side++) {
                        float[] moved = weights.clone();
                        for (int i = 0; i < moved.length; i++) { // along the gradient, and along a random direction
                            double d = direction == 0 ? gradient[i] / Golden.norm(gradient)
                                    : Philox.normal(direction, 0, i) / Math.sqrt(moved.length);
                            moved[i] += (float) ((side == 0 ? STEP : -STEP) * d);
                            slope += side == 0 ? d * gradient[i] : 0;
                        }
                        room.kernels().upload(moved, 0, student.parameters());
                        losses[side] = room.learn(lesson).total();
                    }
                    double difference = (losses[0] - losses[1]) / (2 * STEP);
                    assertEquals(difference, slope, 0.01 * Math.abs(difference) + 3e-4 * Golden.norm(gradient),
                            teacher.prediction() + ", direction " + direction);
                }
            }
        }
    }
}
