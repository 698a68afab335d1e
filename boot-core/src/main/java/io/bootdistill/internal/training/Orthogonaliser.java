package io.bootdistill.internal.training;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Linear;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;
import io.bootdistill.internal.device.AdamStep;

/**
 * Brings the singular values of a matrix near 1 (from 0.68 to 1.14, unless they are tiny beside the largest) and keeps its
 * singular vectors: X ← aX + X(bA + cA²), A = XᵀX, five times from X = M/‖M‖ (Jordan et al. 2024), on the shorter side.
 *
 * <p>What is iterated is Z = ∜c·X, for which this is Z ← Z(aI + b/√c·S + S²), S = ZᵀZ: no product is scaled afterwards.
 */
final class Orthogonaliser {

    private static final int ITERATIONS = 5;
    private static final double A = 3.4445;
    private static final double B = -4.7750;
    private static final double C = 2.0315;
    private static final float EPSILON = 1e-12f; // a matrix of zeros stays one
    private static final int ALIGNMENT = 16;

    /** How many times too large the result is: ∜c. */
    static final double SCALE = Math.pow(C, 0.25);

    private final int rows;
    private final boolean isWide;
    private final Linear square;
    private final Linear whole;
    private final int chunks;

    /** The matrix before and after an iteration, in turn. */
    private final Tensor[] z = new Tensor[2];

    /** The same as weights of a layer, if wide. */
    private final Weights[] right = new Weights[2];

    private final Tensor s;
    private final Weights sWeights;
    private final Tensor polynomial;
    private final Weights polynomialWeights;
    private final Tensor identity;
    private final Slice partial;
    private final Slice step;
    private final Tensor norm;
    private final Tensor divisor;

    /**
     * Lays itself out in scratch memory, which others may use between two runs.
     *
     * @param memory at least {@link #floats} values, zeros at first
     * @param identity a matrix of {@link #identity} whose side is no shorter
     */
    Orthogonaliser(int rows, int columns, Kernels kernels, Slice memory, Tensor identity) {
        this.rows = rows;
        int side = Math.min(rows, columns);
        isWide = rows < columns;
        square = new Linear(side, side);
        whole = new Linear(rows, columns);
        chunks = chunks(rows, columns);
        long[] lengths = lengths(rows, columns, kernels);
        Slice[] parts = new Slice[lengths.length];
        long offset = 0;
        for (int i = 0; i < parts.length; i++) {
            parts[i] = lengths[i] == 0 ? null : memory.slice(offset, lengths[i]);
            offset += aligned(lengths[i]);
        }
        step = parts[0]; // first in every shape: its limit of the norm stays 0, which is none
        divisor = Tensor.of(parts[1], 1);
        for (int i = 0; i < 2; i++) {
            z[i] = Tensor.of(parts[2 + i], columns);
            right[i] = new Weights(parts[2 + i], parts[8]);
        }
        s = Tensor.of(parts[4], side);
        sWeights = new Weights(parts[4], parts[6]);
        polynomial = Tensor.of(parts[5], side);
        polynomialWeights = new Weights(parts[5], parts[6]);
        partial = parts[7];
        norm = Tensor.of(step.slice(AdamStep.NORM, 1), 1);
        this.identity = identity.columns(0, side);
    }

    /** Floats of scratch memory. */
    static long floats(int rows, int columns, Kernels kernels) {
        long floats = 0;
        for (long length : lengths(rows, columns, kernels)) {
            floats += aligned(length);
        }
        return floats;
    }

    private static long[] lengths(int rows, int columns, Kernels kernels) {
        int side = Math.min(rows, columns);
        long whole = (long) rows * columns;
        long small = (long) side * side;
        return new long[] {
            AdamStep.COUNT, 1, whole, whole, small, small, kernels.preparedLength(new Linear(side, side), false),
            chunks(rows, columns), rows < columns ? kernels.preparedLength(new Linear(rows, columns), true) : 0
        };
    }

    private static int chunks(int rows, int columns) {
        return Math.toIntExact(((long) rows * columns + Kernels.NORM_CHUNK - 1) / Kernels.NORM_CHUNK);
    }

    private static long aligned(long length) {
        return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** The values of aI, which all shapes share. */
    static float[] identity(int side) {
        float[] values = new float[Math.multiplyExact(side, side)];
        for (int i = 0; i < side; i++) {
            values[i * side + i] = (float) A;
        }
        return values;
    }

    /** Where the matrix has to be written. */
    Tensor input() {
        return z[1];
    }

    /** Where it is after {@link #run}, times {@link #SCALE}. */
    Tensor output() {
        return z[ITERATIONS % 2];
    }

    void run(Kernels kernels) {
        kernels.squaredNorm(input().data(), 0, chunks, partial);
        kernels.clip(partial, chunks, step);
        kernels.affine(1, norm, (float) (1 / SCALE), EPSILON, null, divisor);
        kernels.divideSamples(1, rows, input(), divisor.data(), null, z[0]);
        for (int i = 0; i < ITERATIONS; i++) {
            iterate(kernels, i % 2);
        }
    }

    private void iterate(Kernels kernels, int from) {
        if (isWide) {
            kernels.prepare(whole, right[from], true);
            kernels.linearBackwardInput(rows, whole, z[from], right[from], null, s);
        } else {
            kernels.linearBackwardWeights(rows, square, z[from], z[from], s.data(), null, false);
        }
        kernels.affine(square.in(), s, (float) (B / Math.sqrt(C)), 0, identity, polynomial);
        kernels.prepare(square, sWeights, false);
        kernels.linearForward(square.in(), square, s, sWeights, null, polynomial, polynomial);
        if (isWide) {
            kernels.linearForward(rows, whole, polynomial, right[from], null, null, z[1 - from]);
        } else {
            kernels.prepare(square, polynomialWeights, false);
            kernels.linearForward(rows, square, z[from], polynomialWeights, null, null, z[1 - from]);
        }
    }
}
