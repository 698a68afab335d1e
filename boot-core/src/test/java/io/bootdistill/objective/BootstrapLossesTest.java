package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.MixtureTeacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.objective.BootstrapLoss.Weighting;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The losses that a step reports, by hand from its residuals: 9 samples that bootstrap and 3 of the boundary. */
@Tag("fast")
public class BootstrapLossesTest {

    private static final int BATCH = PlaneRoom.BATCH;
    private static final int PIXEL = PlaneRoom.PIXEL;
    private static final double BETA = 0.4;
    private static final double SHARE = 0.25;
    private static final double RELATIVE = 1e-5;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    /** What a step of δ = 0.1 reports, and its residuals. */
    private record Step(Losses losses, double[] residuals) {

        /** The mean over the samples that bootstrap. */
        double bootstrap() {
            return Arrays.stream(residuals, 0, 9).sum() / 9;
        }

        double boundary() {
            return Arrays.stream(residuals, 9, 12).sum() / 3;
        }
    }

    private Step step(Boundary boundary, ResidualWeighting weighting) {
        Assignment assignment = new Assignment(3, 11, weighting);
        Bootstrap objective = Bootstrap.defaults().withBoundary(boundary).withWeighting(Weighting.INVERSE_DELTA_SQUARED)
                .withDelta(new Delta(0.2, 0.05, DeltaSchedule.GEOMETRIC));
        try (PlaneRoom plane = new PlaneRoom(
                        PlaneRoom.ring(MixtureTeacher.cosine()), PlaneRoom.network(device(), 3), BATCH, BATCH, null);
                BootstrapLesson lesson = (BootstrapLesson) objective.lesson(plane.room, assignment)) {
            Losses losses = plane.room.run(lesson, 8); // in the middle: δ is the geometric mean
            assertEquals(9, lesson.blocks[0].bootstrap());
            float[] target = plane.values(plane.room.worker().target());
            float[] signal = plane.values(plane.room.worker().student().y()); // the head is the identity
            double[] residuals = new double[BATCH];
            for (int k = 0; k < target.length; k++) {
                residuals[k / PIXEL] += Math.pow(signal[k] - target[k], 2) / PIXEL;
            }
            return new Step(losses, residuals);
        }
    }

    private static void assertClose(double expected, double actual) {
        assertEquals(expected, actual, RELATIVE * expected);
    }

    @Test
    void termIsALossOfItsOwn() {
        Step step = step(new Boundary.Term(SHARE, BETA), ResidualWeighting.NONE);
        assertEquals(0.1, step.losses.delta(), 1e-12);
        assertTrue(step.boundary() > 0.01 && step.bootstrap() > 1e-4, "there is something to see");
        assertClose(100 * step.bootstrap(), step.losses.bootstrap());
        assertClose(step.boundary(), step.losses.boundary());
        assertClose(100 * step.bootstrap() + BETA * step.boundary(), step.losses.total());
    }

    @Test
    void atomIsPartOfOneMean() {
        Step step = step(new Boundary.Atom(SHARE), ResidualWeighting.NONE);
        assertClose(100 * step.bootstrap(), step.losses.bootstrap());
        assertClose(step.boundary(), step.losses.boundary());
        assertClose(100 * (9 * step.bootstrap() + 3 * step.boundary()) / 12, step.losses.total());
    }

    /** The gradient's loss is weighted by the residuals; its parts are reported as they are. */
    @Test
    void residualWeightsAreOfTheTotalAlone() {
        double kappa = 0.05;
        Step step = step(new Boundary.Term(SHARE, BETA), new ResidualWeighting(0.5, kappa));
        double total = 0;
        for (int i = 0; i < BATCH; i++) {
            double factor = i < 9 ? 100 / 9.0 : BETA / 3;
            total += factor * step.residuals[i] / Math.sqrt(step.residuals[i] + kappa);
        }
        assertClose(100 * step.bootstrap(), step.losses.bootstrap());
        assertClose(step.boundary(), step.losses.boundary());
        assertClose(total, step.losses.total());
    }
}
