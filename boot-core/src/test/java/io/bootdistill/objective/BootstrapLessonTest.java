package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.Golden;
import io.bootdistill.MixtureTeacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.ResidualWeighting;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Options of a step that bootstraps against the identities that define them, on an analytic teacher with labels. */
@Tag("fast")
public class BootstrapLessonTest {

    private static final int BATCH = PlaneRoom.BATCH;
    private static final int PIXEL = PlaneRoom.PIXEL;
    private static final double TOLERANCE = 2e-5;

    private final NoiseSchedule schedule = MixtureTeacher.cosine();
    private final MixtureTeacher teacher = PlaneRoom.ring(schedule);

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private PlaneRoom room(MixtureTeacher teacher, int batch, Guidance guidance) {
        return new PlaneRoom(teacher, PlaneRoom.network(device(), 3), batch, BATCH, guidance);
    }

    private static Bootstrap options(Solver solver) {
        return Bootstrap.defaults().withSolver(solver).withDelta(new Delta(0.1, 0.02, DeltaSchedule.GEOMETRIC));
    }

    private static Bootstrap withoutBoundary(Solver solver) {
        return options(solver).withBoundary(new Boundary.Atom(0));
    }

    @ParameterizedTest
    @EnumSource(value = Solver.class, names = "MULTISTEP", mode = EnumSource.Mode.EXCLUDE)
    void targetIsTheSolversStep(Solver solver) {
        try (PlaneRoom plane = room(teacher, BATCH, null);
                BootstrapLesson lesson =
                        (BootstrapLesson) withoutBoundary(solver).lesson(plane.room, PlaneRoom.steps(4))) {
            plane.run(lesson, 0);
            Block block = lesson.blocks[0];
            SignalOde ode = new SignalOde(schedule);
            float[] noise = plane.values(plane.room.worker().noise());
            float[] y = plane.values(plane.room.worker().y());
            float[] target = plane.values(plane.room.worker().target());
            for (int i = 0; i < BATCH; i++) {
                double[] expected = ode.step(solver, plane.predictor(block.atT().conditions()[i]), PlaneRoom.row(y, i),
                        PlaneRoom.row(noise, i), block.atT().times()[i], block.atS().times()[i]);
                assertArrayEquals(expected, PlaneRoom.row(target, i), TOLERANCE, solver + ", sample " + i);
            }
        }
    }

    @Test
    void residualWeightsDivideLossAndGradient() {
        double kappa = 0.05;
        for (double power : new double[] {0.5, 1}) {
            Assignment weighted = new Assignment(0, 4, new ResidualWeighting(power, kappa));
            try (PlaneRoom plane = room(teacher, 1, null);
                    Lesson lesson = withoutBoundary(Solver.HEUN).lesson(plane.room, PlaneRoom.steps(4));
                    Lesson other = withoutBoundary(Solver.HEUN).lesson(plane.room, weighted)) {
                double loss = plane.room.run(lesson, 0).total(); // the residual, of a single sample
                float[] expected = plane.room.gradient();
                double residual = residual(plane, lesson);
                double total = plane.room.run(other, 0).total();
                float[] gradient = plane.room.gradient();
                assertEquals(residual, residual(plane, other), "the residual is reported as it is");
                double divisor = Math.pow(residual + kappa, power);
                double norm = 0;
                double difference = 0;
                for (int i = 0; i < gradient.length; i++) { // of the whole: an element may be what is left of larger terms
                    norm += Math.pow(expected[i] / divisor, 2);
                    difference += Math.pow(expected[i] / divisor - gradient[i], 2);
                }
                assertTrue(difference < 1e-12 * norm, Math.sqrt(difference / norm) + " off");
                assertEquals(loss / Math.pow(loss + kappa, power), total, 1e-6 * loss);
            }
        }
    }

    private static double residual(PlaneRoom plane, Lesson lesson) {
        return ((BootstrapLesson) lesson).loss.download(plane.kernels)[0];
    }

    @Test
    void guidedTargets() {
        int nullLabel = teacher.nullLabel();
        float[] unguided = targets(teacher, null);
        assertArrayEquals(
                unguided, targets(teacher, new Guidance(1, nullLabel)), (float) TOLERANCE, "w = 1 is no guidance");
        float[] none = targets(teacher, new Guidance(0, nullLabel));
        MixtureTeacher untold = new MixtureTeacher(schedule, MixtureTeacher.ring(3, 1.0), 0.4, true) {
            @Override
            public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
                float[] nulls = new float[condition.length];
                Arrays.fill(nulls, nullLabel);
                super.predict(n, x, t, nulls, f);
            }
        };
        assertArrayEquals(targets(untold, null), none, (float) TOLERANCE, "w = 0 is the null condition");
        float[] twice = targets(teacher, new Guidance(2, nullLabel));
        float[] mixed = new float[unguided.length];
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = 2 * unguided[i] - none[i];
        }
        assertArrayEquals(mixed, twice, 4 * (float) TOLERANCE, "linear in w from the same state, with a single evaluation");
        assertTrue(Golden.norm(difference(twice, unguided)) > 0.1, "guidance makes a difference");
    }

    private static float[] difference(float[] a, float[] b) {
        float[] difference = new float[BATCH * PIXEL];
        for (int i = 0; i < difference.length; i++) {
            difference[i] = a[i] - b[i];
        }
        return difference;
    }

    /** Targets of a DDIM step, whose state does not depend on the guidance. */
    private float[] targets(MixtureTeacher teacher, Guidance guidance) {
        try (PlaneRoom plane = room(teacher, BATCH, guidance);
                Lesson lesson = options(Solver.DDIM).lesson(plane.room, PlaneRoom.steps(4))) {
            plane.run(lesson, 0);
            return plane.values(plane.room.worker().target());
        }
    }
}
