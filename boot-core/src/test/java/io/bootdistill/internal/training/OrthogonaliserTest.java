package io.bootdistill.internal.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.RandomMatrices_DDRM;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Newton–Schulz on matrices whose singular values and vectors are known. */
@Tag("fast")
public class OrthogonaliserTest {

    private static final int LARGEST_SIDE = 40;

    /** Rounding of float32, times the polynomial's slope at 0 over five iterations, 3.4445⁵ = 485. */
    private static final double TOLERANCE = 0x1p-24 * 485;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    /** Tall, wide, square, of odd sizes, a convolution's, and larger than a chunk of the norm. */
    @ParameterizedTest
    @CsvSource({"40, 12, 1e3", "12, 40, 1e-3", "17, 17, 1", "72, 8, 1e-5", "9, 11, 1", "33, 35, 1", "500, 33, 1", "33, 500, 1"})
    void singularValuesComeNearOneAndVectorsStay(int rows, int columns, double size) {
        Random random = new Random(31 * rows + columns);
        int side = Math.min(rows, columns);
        DMatrixRMaj u = RandomMatrices_DDRM.orthogonal(rows, side, random);
        DMatrixRMaj v = RandomMatrices_DDRM.orthogonal(columns, side, random);
        double[] values = new double[side];
        double squares = 0;
        for (int i = 0; i < side; i++) {
            values[i] = Math.pow(10, -(double) i / (side - 1)); // from 1 to 0.1
            squares += values[i] * values[i];
        }
        DMatrixRMaj m = new DMatrixRMaj(side, side);
        for (int i = 0; i < side; i++) {
            m.set(i, i, size * values[i]);
        }
        m = CommonOps_DDRM.multTransB(CommonOps_DDRM.mult(u, m, null), v, null);
        DMatrixRMaj result = new DMatrixRMaj(rows, columns, true, orthogonalised(rows, columns, m.data));
        DMatrixRMaj inner = CommonOps_DDRM.mult(CommonOps_DDRM.multTransA(u, result, null), v, null);
        for (int i = 0; i < side; i++) {
            double expected = values[i] / Math.sqrt(squares);
            for (int k = 0; k < 5; k++) {
                double square = expected * expected;
                expected *= 3.4445 + square * (-4.7750 + square * 2.0315);
            }
            assertTrue(expected >= 0.68 && expected <= 1.14, "singular value " + expected);
            for (int j = 0; j < side; j++) {
                assertEquals(i == j ? expected : 0, inner.get(i, j), TOLERANCE, "element " + i + ", " + j);
            }
        }
        CommonOps_DDRM.subtractEquals(result, CommonOps_DDRM.multTransB(CommonOps_DDRM.mult(u, inner, null), v, null));
        assertEquals(0, CommonOps_DDRM.elementMaxAbs(result), TOLERANCE, "outside of the space of the matrix");
    }

    @Test
    void zerosStayZeros() {
        assertArrayEquals(new double[9 * 12], orthogonalised(9, 12, new double[9 * 12]));
    }

    /** Runs in memory that a matrix of another shape has just used. */
    private double[] orthogonalised(int rows, int columns, double[] m) {
        float[] values = new float[m.length];
        for (int i = 0; i < m.length; i++) {
            values[i] = (float) m[i];
        }
        try (Scope scope = new Scope()) {
            Kernels kernels = scope.own(device().openKernels());
            long floats = Math.max(
                    Orthogonaliser.floats(rows, columns, kernels), Orthogonaliser.floats(columns + 1, rows, kernels));
            Slice memory = scope.own(device().allocate(floats)).slice();
            Slice identity = scope.own(device().allocate(LARGEST_SIDE * LARGEST_SIDE)).slice();
            kernels.upload(Orthogonaliser.identity(LARGEST_SIDE), 0, identity);
            Tensor shared = Tensor.of(identity, LARGEST_SIDE);
            Orthogonaliser other = new Orthogonaliser(columns + 1, rows, kernels, memory, shared);
            kernels.fill(other.input().data(), 3);
            other.run(kernels);
            Orthogonaliser orthogonaliser = new Orthogonaliser(rows, columns, kernels, memory, shared);
            kernels.upload(values, 0, orthogonaliser.input().data());
            orthogonaliser.run(kernels);
            kernels.download(orthogonaliser.output().data(), values, 0);
        }
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = values[i] / Orthogonaliser.SCALE;
        }
        return result;
    }
}
