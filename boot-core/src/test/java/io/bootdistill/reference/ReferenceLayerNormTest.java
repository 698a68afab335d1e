package io.bootdistill.reference;

import static io.bootdistill.reference.Arrays64.read;
import static io.bootdistill.reference.Arrays64.slice;
import static io.bootdistill.reference.Arrays64.tensor;
import static io.bootdistill.reference.Arrays64.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.LayerNorm;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Forward values of layer normalisation, worked out by hand; its gradients are checked by finite differences. */
@Tag("fast")
class ReferenceLayerNormTest {

    private static final double TOLERANCE = 1e-12;

    private final ReferenceKernels kernels = new ReferenceKernels();

    /** The rows {1, 3} and {10, 10}, and then {2, 6} of a second sample. */
    @Test
    void normalisesEachRowAndModulatesEachSample() {
        LayerNorm norm = new LayerNorm(1, 2, 0.5f);
        Slice statistics = zeros(6);
        Tensor y = tensor(2, new double[6]);
        kernels.layerNormForward(3, norm,
                new LayerNorm.Operands(tensor(2, 1, 3, 10, 10, 2, 6), null, null, null, null, statistics), y);
        double one = 1 / Math.sqrt(1.5);
        double four = 1 / Math.sqrt(4.5);
        assertArrayEquals(new double[] {2, one, 10, Math.sqrt(2), 4, four}, read(statistics), TOLERANCE);
        assertArrayEquals(new double[] {-one, one, 0, 0, -2 * four, 2 * four}, read(y), TOLERANCE);

        kernels.layerNormForward(3, norm, new LayerNorm.Operands(tensor(2, 1, 3, 10, 10, 2, 6), slice(2, 3), slice(5, 7),
                tensor(2, 1, 1, 0, 0, -1, -1), tensor(2, 0, 1, 0, 0, 8, 9), statistics), y);
        assertArrayEquals(new double[] {2 * (5 - 2 * one), 2 * (7 + 3 * one) + 1, 5, 7, 8, 9}, read(y), TOLERANCE);
    }

    @Test
    void refusesHalfOfAPair() {
        Tensor one = tensor(1, 1);
        assertEquals("gamma is given without beta", assertThrows(IllegalArgumentException.class,
                () -> new LayerNorm.Operands(one, slice(1), null, null, null, zeros(2))).getMessage());
        assertEquals("shift is given without scale", assertThrows(IllegalArgumentException.class,
                () -> new LayerNorm.Operands(one, null, null, null, one, zeros(2))).getMessage());
        assertEquals("base is given without dx", assertThrows(IllegalArgumentException.class,
                () -> new LayerNorm.Gradients(one, one, null, null, null)).getMessage());
        LayerNorm norm = new LayerNorm(1, 1, 1);
        LayerNorm.Operands operands = new LayerNorm.Operands(one, slice(1), slice(1), one, one, zeros(2));
        assertEquals("gamma is given without dGamma", assertThrows(IllegalArgumentException.class,
                () -> kernels.layerNormBackward(1, norm, operands, new LayerNorm.Gradients(one, null, one, one, one), null,
                        slice(1), false)).getMessage());
        assertEquals("scale is given without dShift", assertThrows(IllegalArgumentException.class,
                () -> kernels.layerNormBackward(1, norm, operands, new LayerNorm.Gradients(one, null, one, one, null),
                        slice(1), slice(1), false)).getMessage());
        assertEquals("scale is given without shiftTangent", assertThrows(IllegalArgumentException.class,
                () -> kernels.layerNormTangent(1, norm, operands, new LayerNorm.Tangents(one, one, null, one))).getMessage());
        assertEquals("epsilon is 0.0, must be positive",
                assertThrows(IllegalArgumentException.class, () -> new LayerNorm(1, 1, 0)).getMessage());
    }
}
