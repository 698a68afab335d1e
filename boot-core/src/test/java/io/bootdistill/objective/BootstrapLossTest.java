package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.objective.BootstrapLoss.Weighting;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class BootstrapLossTest {

    private static final Boundary ATOM = new Boundary.Atom(0.125);
    private static final Boundary TERM = new Boundary.Term(0.125, 2);

    @Test
    void weights() {
        assertEquals(1, new BootstrapLoss(Weighting.FLAT, ATOM).weight(0.1, 0.5));
        assertEquals(100, new BootstrapLoss(Weighting.INVERSE_DELTA_SQUARED, ATOM).weight(0.1, 0.5), 1e-9);
        assertEquals(4, new BootstrapLoss(Weighting.INVERSE_STEP_SQUARED, ATOM).weight(0.1, 0.5), 1e-9);
    }

    /** An atom is one mean over all samples; a term has β and a mean of its own. */
    @Test
    void boundary() {
        assertEquals(1 / 64.0, new BootstrapLoss(Weighting.FLAT, ATOM).bootstrapFactor(0.1, 0.5, 56, 8), 1e-12);
        assertEquals(1 / 64.0, new BootstrapLoss(Weighting.FLAT, ATOM).boundaryFactor(0.1, 56, 8), 1e-12);
        assertEquals(1 / 56.0, new BootstrapLoss(Weighting.FLAT, TERM).bootstrapFactor(0.1, 0.5, 56, 8), 1e-12);
        assertEquals(2 / 8.0, new BootstrapLoss(Weighting.FLAT, TERM).boundaryFactor(0.1, 56, 8), 1e-12);
    }

    @Test
    void samplesOfTheBoundary() {
        assertEquals(8, ATOM.samples(64));
        assertEquals(1, ATOM.samples(2), "at least one");
        assertEquals(0, ATOM.samples(1), "but one is left that bootstraps");
        assertEquals(8, TERM.samples(64));
        assertEquals(0, new Boundary.Atom(0).samples(64));
        assertEquals(0, new Boundary.Hard().samples(64));
    }
}
