package io.bootdistill.reference;

import static io.bootdistill.reference.Arrays64.read;
import static io.bootdistill.reference.Arrays64.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.device.Activation;
import io.bootdistill.device.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Known values of the activations, from Python's {@code math}; their gradients are checked by finite differences. */
@Tag("fast")
class ReferenceActivationTest {

    private static final double TOLERANCE = 1e-14;

    private final ReferenceKernels kernels = new ReferenceKernels();

    private void requireValues(Activation f, double... expected) {
        Tensor y = tensor(1, new double[5]);
        kernels.activationForward(5, f, tensor(1, 0, 1, -1, 3, -3), y);
        assertArrayEquals(expected, read(y), TOLERANCE, f.toString());
    }

    @Test
    void haveTheirKnownValues() {
        requireValues(Activation.NONE, 0, 1, -1, 3, -3);
        requireValues(Activation.SILU, 0, 0.7310585786300049, -0.2689414213699951, 2.8577223804673, -0.14227761953270035);
        requireValues(Activation.GELU, 0, 0.8413447460685429, -0.15865525393145707, 2.99595030590511, -0.00404969409489031);
        requireValues(Activation.GELU_TANH,
                0, 0.8411919906082768, -0.15880800939172324, 2.996362607918227, -0.0036373920817729943);
        requireValues(Activation.QUICK_GELU,
                0, 0.8457957659328212, -0.1542042340671787, 2.981928690292214, -0.01807130970778597);
    }

    @Test
    void reachTheirEnds() {
        for (Activation f : Activation.values()) {
            Tensor x = tensor(1, 800, -800);
            Tensor y = tensor(1, 0, 0);
            kernels.activationForward(2, f, x, y);
            assertArrayEquals(new double[] {800, f == Activation.NONE ? -800 : 0}, read(y), TOLERANCE, f.toString());
            kernels.activationBackward(2, f, x, tensor(1, 2, 2), null, y);
            assertArrayEquals(new double[] {2, f == Activation.NONE ? 2 : 0}, read(y), TOLERANCE, f.toString());
        }
        Tensor y = tensor(1, 0);
        kernels.activationForward(1, Activation.GELU, tensor(1, Double.NaN), y);
        assertEquals(Double.NaN, read(y)[0]);
    }

    /** The normal distribution from series to ends: erfc of another library at −6.5·√½ is 1.6·10⁻¹⁰/2. */
    @Test
    void normalDistributionIsExact() {
        assertEquals(0.6914624612740131, ActivationFormulas.normal(0.5), 1e-15);
        assertEquals(4.016000583859118e-11, ActivationFormulas.normal(-6.5), 1e-15);
        assertEquals(1, ActivationFormulas.normal(9.99), 1e-15);
        assertEquals(0, ActivationFormulas.normal(-9.99), 1e-15);
        assertEquals(1, ActivationFormulas.normal(10.01), 1e-15);
    }

    /** The value comes first, then the gate. */
    @Test
    void gegluGatesTheFirstHalfByTheSecond() {
        Tensor y = tensor(2, 0, 0);
        kernels.gegluForward(1, tensor(4, 2, 10, 1, -1), y);
        assertArrayEquals(new double[] {2 * 0.8413447460685429, 10 * -0.15865525393145707}, read(y), TOLERANCE);
    }
}
