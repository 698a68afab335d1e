package io.bootdistill.reference;

import static io.bootdistill.reference.Arrays64.random;
import static io.bootdistill.reference.Arrays64.read;
import static io.bootdistill.reference.Arrays64.slice;
import static io.bootdistill.reference.Arrays64.tensor;
import static io.bootdistill.reference.Arrays64.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Activation;
import io.bootdistill.device.GroupNorm;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Forward values of group normalisation; its gradients are checked by finite differences. */
@Tag("fast")
class ReferenceNormalisationTest {

    private static final double TOLERANCE = 1e-12;

    private final ReferenceKernels kernels = new ReferenceKernels();

    /** Two groups worked out by hand: {1, 3} and {2, 2, 2, 6} around their means, ε so large that it shows. */
    @Test
    void normalisesEachGroupOfEachSample() {
        GroupNorm norm = new GroupNorm(2, 2, 2, 0.5f, Activation.NONE);
        Tensor x = tensor(2, 1, 10, 3, 10); // one sample: channel 0 holds 1, 3 and channel 1 holds 10, 10
        Slice statistics = zeros(4);
        Tensor y = tensor(2, 0, 0, 0, 0);
        kernels.groupNormForward(
                1, norm, new GroupNorm.Operands(x, slice(2, 3), slice(0.5, 7), null, null, statistics), y);
        double inverse = 1 / Math.sqrt(1.5);
        assertArrayEquals(new double[] {2, inverse, 10, 1 / Math.sqrt(0.5)}, read(statistics), TOLERANCE);
        assertArrayEquals(new double[] {-2 * inverse + 0.5, 7, 2 * inverse + 0.5, 7}, read(y), TOLERANCE);

        GroupNorm joined = new GroupNorm(1, 4, 1, 1f, Activation.NONE); // one group over channels: mean 3, variance 3
        Tensor z = tensor(4, 0, 0, 0, 0);
        kernels.groupNormForward(1, joined,
                new GroupNorm.Operands(tensor(4, 2, 2, 2, 6), slice(1, 1, 1, 1), zeros(4), null, null, zeros(2)), z);
        assertArrayEquals(new double[] {-0.5, -0.5, -0.5, 1.5}, read(z), TOLERANCE);
    }

    @Test
    void scalesShiftsAndActivatesInThisOrder() {
        int n = 2;
        GroupNorm plain = new GroupNorm(5, 6, 3, 1e-5f, Activation.NONE);
        GroupNorm activated = new GroupNorm(5, 6, 3, 1e-5f, Activation.SILU);
        Tensor x = tensor(6, random(n * 30, 1));
        double[] gamma = random(6, 2);
        double[] beta = random(6, 3);
        double[] scale = random(n * 6, 4);
        double[] shift = random(n * 6, 5);
        Tensor z = tensor(6, new double[n * 30]);
        kernels.groupNormForward(
                n, plain, new GroupNorm.Operands(x, slice(gamma), slice(beta), null, null, zeros(n * 6)), z);
        Tensor y = tensor(6, new double[n * 30]);
        kernels.groupNormForward(n, activated, new GroupNorm.Operands(
                x, slice(gamma), slice(beta), tensor(6, scale), tensor(6, shift), zeros(n * 6)), y);
        double[] expected = read(z);
        for (int i = 0; i < expected.length; i++) {
            int modulation = i / 30 * 6 + i % 6;
            double u = expected[i] * (1 + scale[modulation]) + shift[modulation];
            expected[i] = u / (1 + Math.exp(-u));
        }
        assertArrayEquals(expected, read(y), TOLERANCE);
    }

    @Test
    void refusesScaleWithoutShift() {
        GroupNorm norm = new GroupNorm(1, 1, 1, 1f, Activation.NONE);
        Tensor one = tensor(1, 1);
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class,
                () -> new GroupNorm.Operands(one, slice(1), slice(1), one, null, zeros(2)));
        assertEquals("scale is given without shift", refusal.getMessage());
        refusal = assertThrows(IllegalArgumentException.class, () -> kernels.groupNormBackward(1, norm,
                new GroupNorm.Operands(one, slice(1), slice(1), one, one, zeros(2)),
                new GroupNorm.Gradients(one, null, one, null, one), slice(1), slice(1), false));
        assertEquals("scale is given without dScale", refusal.getMessage());
        assertTrue(Arrays.equals(new double[] {1}, read(one)));
    }
}
