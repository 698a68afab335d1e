package io.bootdistill.progressive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Phase;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import io.bootdistill.objective.LessonRoom;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A method from outside the library, taught through its seam, against numbers in closed form. */
@Tag("fast")
public class ProgressiveLessonTest {

    private static final GaussianTeacher TEACHER = new GaussianTeacher(0.3, 0.5);
    private static final Assignment WHOLE = new Assignment(0, 1000, ResidualWeighting.NONE);
    private static final double TOLERANCE = 2e-6;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    /** A lesson whose samples can be set one by one. */
    private final class Round implements AutoCloseable {

        final int grid;
        final Model student = new Model(Graph.of(new Mlp(1, 16, 1, 0)), device(), true);
        final LessonRoom room;
        final Worker worker;
        final ProgressiveDraws draws;
        final ProgressiveLesson lesson;

        Round(Denoiser teacher, int steps, int batch, int block) {
            grid = 2 * steps;
            student.initialize(5);
            room = new LessonRoom(TeacherModel.of(teacher), student, batch, block, null);
            worker = room.worker();
            draws = new ProgressiveDraws(room, grid);
            lesson = new ProgressiveLesson(room, WHOLE, draws, grid);
        }

        /** x_i and F* of two noises, 0 and 1: [noise][x, F*]. */
        double[][] fromNoise(int i) {
            float[] noise = {0, 1};
            room.kernels().fill(worker.y().data(), 0);
            room.kernels().upload(noise, 0, worker.noise().data());
            room.kernels().upload(noise, 0, worker.teacher().x().data());
            for (int row = 0; row < 2; row++) {
                draws.set(row, i);
            }
            draws.table.upload(room.kernels());
            lesson.aim(worker, 0, 0);
            float[] x = room.values(worker.f());
            float[] goal = room.values(worker.y());
            return new double[][] {{x[0], goal[0]}, {x[1], goal[1]}};
        }

        /** What a student is that has converged: a line through the goals at each of its times. */
        AffineTeacher converged() {
            double[][] lines = new double[grid / 2][];
            for (int i = 0; i < grid; i += 2) {
                double[][] points = fromNoise(i);
                double slope = (points[1][1] - points[0][1]) / (points[1][0] - points[0][0]);
                lines[i / 2] = new double[] {points[0][1] - slope * points[0][0], slope};
            }
            return new AffineTeacher(lines);
        }

        /** f̂ = x − t F, of the flow's output. */
        float predict(float x, float t) {
            float[] output = new float[1];
            try (Plan plan = new Plan(student, 1, Plan.Mode.INFERENCE)) {
                room.kernels().upload(new float[] {x}, 0, plan.x().data());
                room.kernels().upload(new float[] {t}, 0, plan.scalar(ScalarInputs.TIME).data());
                plan.forward(room.kernels(), 1);
                room.kernels().download(plan.y().data(), output, 0);
            }
            return x - t * output[0];
        }

        @Override
        public void close() {
            lesson.close();
            room.close();
            student.close();
        }
    }

    /** The walk of four steps from ε = 1, (t, x, f): where a sample waits, and y and x after its two steps. */
    @ParameterizedTest
    @CsvSource({
        "0,   1,       1,      .3, .354054, .677027",
        "1, .75,    .825, .381081, .458559, .593919",
        "2,  .5, .677027, .510811, .640541, .640541"})
    void samplesWalkToTheirPlaceOnTheGrid(int i, double t, double x, double f, double nextY, double nextX) {
        try (Round round = new Round(TEACHER, 2, 2, 2)) {
            assertEquals(x, round.fromNoise(i)[1][0], TOLERANCE);
            assertEquals(f, TEACHER.predict(x, t), TOLERANCE);
            assertEquals(nextY, round.room.values(round.worker.target())[1], TOLERANCE);
            assertEquals(nextX, round.room.values(round.worker.teacher().x())[1], TOLERANCE);
        }
    }

    /** The last goal is the sample of the teacher's steps: m + slope·ε. */
    @ParameterizedTest
    @CsvSource({"2, .2", "4, .340541", "8, .414785", "50, .485397"})
    void lastGoalIsTheTeachersSample(int grid, double slope) {
        try (Round round = new Round(TEACHER, grid / 2, 2, 2)) {
            double[][] points = round.fromNoise(grid - 2);
            assertEquals(0.3, points[0][1], TOLERANCE);
            assertEquals(0.3 + slope, points[1][1], TOLERANCE);
        }
    }

    /** x = .4, t = .75 → .625 → .5: the goal does not depend on the noise that the state is told to be made of. */
    @Test
    void goalIsThatOfThePaper() {
        float[] noise = {0, 1, -2};
        float[] y = new float[noise.length];
        float[] x = new float[noise.length];
        try (Round round = new Round(TEACHER, 4, noise.length, noise.length)) {
            for (int row = 0; row < noise.length; row++) {
                x[row] = 0.4f;
                y[row] = (0.4f - 0.75f * noise[row]) / 0.25f;
                round.draws.set(row, 2);
            }
            round.draws.table.upload(round.room.kernels());
            round.room.kernels().upload(noise, 0, round.worker.noise().data());
            round.room.kernels().upload(y, 0, round.worker.y().data());
            round.room.kernels().upload(x, 0, round.worker.teacher().x().data());
            round.lesson.aim(round.worker, 0, round.grid - 2);
            for (float goal : round.room.values(round.worker.y())) {
                assertEquals(0.3506075, goal, TOLERANCE);
            }
        }
        double middle = ddim(0.4, 0.75, 0.625);
        double end = ddim(middle, 0.625, 0.5);
        double ratio = 0.5 / 0.75;
        assertEquals(0.3506075, (end - ratio * 0.4) / (0.5 - ratio * 0.25), TOLERANCE, "the paper's formula");
    }

    /** The state after a step of the teacher. */
    private static double ddim(double x, double t, double s) {
        double f = TEACHER.predict(x, t);
        return (1 - s) * f + s / t * (x - (1 - t) * f);
    }

    /** 8 → 4 → 2 → 1 steps: each student leaves the sample where the teacher's eight steps had it. */
    @Test
    void roundsKeepTheSample() {
        double[] atNoise = {0.320305, 0.385153, 0.714785};
        Denoiser teacher = TEACHER;
        for (int round = 0; round < 3; round++) {
            AffineTeacher student = converged(teacher, 4 >> round);
            assertEquals(atNoise[round], student.predict(1, 1), TOLERANCE, "F*(1, t = 1)");
            assertEquals(0.714785, student.sample(1), TOLERANCE);
            if (round == 1) {
                assertEquals(0.185329, student.predict(0, 0.5), TOLERANCE);
                assertEquals(0.764472, student.predict(1, 0.5) - student.predict(0, 0.5), TOLERANCE);
            }
            teacher = student;
        }
    }

    private AffineTeacher converged(Denoiser teacher, int steps) {
        try (Round round = new Round(teacher, steps, 2, 2)) {
            return round.converged();
        }
    }

    /** A perceptron learns a round, in three blocks of nearly one size. */
    @Test
    void studentLearns() {
        try (Round round = new Round(TEACHER, 2, 64, 24)) {
            Descent descent = new Descent(round.room, round.student, 1e-2);
            double before = descent.mean(round.lesson, 0, 20);
            descent.mean(round.lesson, 20, 560);
            double after = descent.mean(round.lesson, 580, 20);
            assertTrue(before > 0.05 && after < 1e-3, before + " fell to " + after);
            AffineTeacher converged = converged(TEACHER, 2);
            for (float t : new float[] {0.5f, 1}) {
                for (float x : new float[] {-0.5f, 0.3f, 1}) {
                    assertEquals(converged.predict(x, t), round.predict(x, t), 0.05, "x = " + x + ", t = " + t);
                }
            }
        }
    }

    @Test
    void configurationsHoldIt(@TempDir Path temp) throws IOException {
        Progressive example = new Progressive(1);
        DistillationConfig config = DistillationConfig.builder().phases(
                Phase.of(new Progressive(8)).withShare(0.5), Phase.of(Trajectories.defaults()).withShare(0.5)).build();
        Path file = temp.resolve("config.json");
        Files.writeString(file, config.toJson());
        assertTrue(config.toJson().contains("\"progressive\""), config.toJson());
        assertEquals(config, DistillationConfig.read(file, example));
        assertEquals(config.phases(), DistillationConfig.builder().values(config.toJson(), "test", example).build().phases());
        try (Round round = new Round(TEACHER, 1, 2, 2);
                Lesson lesson = config.phases().get(0).objective().lesson(round.room, WHOLE)) {
            assertTrue(round.room.run(lesson, 0).total() > 0);
        }
    }
}
