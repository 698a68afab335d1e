package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.objective.BootstrapLoss.Weighting;
import io.bootdistill.objective.DrawingRoom.Drawn;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What each sample of a step weighs in the loss, and in its gradient. */
@Tag("fast")
class BootstrapFactorsTest {

    private static final int LAST = 10;
    private static final double BETA = 0.25;
    private static final double ROUNDING = 1e-12;

    private final DrawingRoom room = new DrawingRoom();
    private final NoiseSchedule schedule = room.schedule;

    @AfterEach
    void close() {
        room.close();
    }

    static Stream<Boundary> boundaries() {
        return Stream.of(new Boundary.Atom(6 / 32.0), new Boundary.Term(6 / 32.0, BETA), new Boundary.Hard());
    }

    @ParameterizedTest
    @MethodSource("boundaries")
    void factorsSumToTheLoss(Boundary boundary) {
        for (Weighting weighting : Weighting.values()) {
            Bootstrap objective = Bootstrap.defaults().withDelta(new Delta(0.2, 0.05, DeltaSchedule.GEOMETRIC))
                    .withWeighting(weighting).withBoundary(boundary);
            BootstrapLoss loss = new BootstrapLoss(weighting, boundary);
            Drawn drawn = room.draws(objective, DrawingRoom.steps(0, LAST + 1));
            for (int step : new int[] {0, LAST}) {
                drawn.draw(step);
                double delta = drawn.draws.delta(step);
                double bootstrap = 0;
                double weights = 0;
                for (int row : drawn.rows.bootstrapRow) {
                    double c = schedule.step(drawn.t[row], drawn.s[row]);
                    double weight = drawn.draws.weight[row];
                    assertEquals(loss.weight(delta, c), weight, ROUNDING * weight);
                    assertGradient(drawn, row);
                    bootstrap += drawn.draws.factor[row];
                    weights += weight;
                }
                double atBoundary = 0;
                for (int row : drawn.rows.boundaryRow) {
                    assertGradient(drawn, row);
                    atBoundary += drawn.draws.factor[row];
                }
                // an atom is part of one mean of w over all 32; a term has a mean of its own, without w, times β
                boolean atom = boundary instanceof Boundary.Atom;
                boolean hard = boundary instanceof Boundary.Hard; // all 32 samples bootstrap
                double expected = atom ? 6 * loss.weight(delta, 1) / 32 : hard ? 0 : BETA;
                assertEquals(weights / (atom || hard ? 32 : 26), bootstrap, ROUNDING * weights, weighting + ", bootstrap");
                assertEquals(expected, atBoundary, ROUNDING * weights, weighting + ", boundary");
            }
        }
    }

    /** The gradient of factor · mean of r². */
    private static void assertGradient(Drawn drawn, int row) {
        assertEquals((float) (2 * drawn.draws.factor[row] / DrawingRoom.IMAGE_SIZE),
                drawn.coefficient(row, SignalCoefficients.GRADIENT));
    }

    /** A derivative has no δ: a boundary sample weighs as much as another, whatever the weighting is a function of. */
    @ParameterizedTest
    @EnumSource(Weighting.class)
    void boundaryOfADerivativeDoesNotDependOnDelta(Weighting weighting) {
        try (DerivativeDraws draws = new DerivativeDraws(room.room, DrawingRoom.steps(0, LAST + 1), TimeSampling.STRATIFIED,
                new BootstrapLoss(weighting, new Boundary.Atom(6 / 32.0)))) {
            draws.open();
            draws.draw(LAST, room.kernels());
            for (int row : draws.rows.boundaryRow) {
                assertEquals(1.0 / 32, draws.factor[row], ROUNDING);
            }
        }
    }
}
