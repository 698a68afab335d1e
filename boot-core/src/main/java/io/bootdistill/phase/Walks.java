package io.bootdistill.phase;

import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.internal.work.Checks;

/**
 * How a teacher's walks from noise are made, and shared by samples: each of these starts at a point of its own.
 *
 * @param uses samples that a walk serves, 1 … 64; as many as a block has, or as there are points to start from, where that is less
 * @param interval steps between two of them, 1 … 10,000: the longer, the less a student remembers the walk. About
 *     {@code interval·batch} walks are kept in device memory
 * @param solver of a step; those that call the teacher twice cost twice as much
 */
public record Walks(int uses, int interval, Solver solver) {

    /** Checks the ranges. */
    public Walks {
        Checks.range("uses of walks", uses, 1, 64);
        Checks.range("interval of walks", interval, 1, 10_000);
        Checks.notNull("solver of walks", solver);
    }

    /** Sixteen uses, four steps apart, of walks by DDIM. */
    public static Walks defaults() {
        return new Walks(16, 4, Solver.DDIM);
    }

    /** The same with other uses of a walk, so many steps apart. */
    public Walks withUses(int uses, int interval) {
        return new Walks(uses, interval, solver);
    }

    /** The same with another solver. */
    public Walks withSolver(Solver solver) {
        return new Walks(uses, interval, solver);
    }
}
