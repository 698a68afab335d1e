package io.bootdistill.reference;

import static io.bootdistill.reference.Arrays64.read;
import static io.bootdistill.reference.Arrays64.slice;
import static io.bootdistill.reference.Arrays64.tensor;
import static io.bootdistill.reference.Arrays64.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.TimeEmbedding;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Values of the embeddings and of the size changes. */
@Tag("fast")
class ReferenceEmbeddingTest {

    private final ReferenceKernels kernels = new ReferenceKernels();

    @Test
    void embedsTimesWithSinesAndCosines() {
        Slice t = slice(0, 2);
        Slice frequencies = slice(1, 0.25);
        Tensor y = tensor(4, new double[8]);
        kernels.timeEmbedding(2, new TimeEmbedding(2, false, false), t, frequencies, y);
        double[] sinesFirst = {0, 0, 1, 1, Math.sin(2), Math.sin(0.5), Math.cos(2), Math.cos(0.5)};
        assertArrayEquals(sinesFirst, read(y), 0);
        kernels.timeEmbedding(2, new TimeEmbedding(2, false, true), t, frequencies, y);
        double[] cosinesFirst = {1, 1, 0, 0, Math.cos(2), Math.cos(0.5), Math.sin(2), Math.sin(0.5)};
        assertArrayEquals(cosinesFirst, read(y), 0);
    }

    /** The angle is a float32: at t near 1000 that moves the sine by more than float32 resolution. */
    @Test
    void roundsAnglesToFloat32() {
        float t = 999.3f;
        float frequency = 0.7943282f;
        Tensor y = tensor(2, 0, 0);
        kernels.timeEmbedding(1, new TimeEmbedding(1, false, false), slice(t), slice(frequency), y);
        float angle = t * frequency;
        assertArrayEquals(new double[] {Math.sin(angle), Math.cos(angle)}, read(y), 0);
        assertNotEquals(Math.sin((double) t * frequency), read(y)[0], 1e-7);

        frequency = 45.1f; // one where a single rounding at the end would give another float32
        kernels.timeEmbedding(1, new TimeEmbedding(1, true, false), slice(t), slice(frequency), y);
        float log = (float) Math.log(t);
        float product = log * frequency;
        float twice = product * 2;
        angle = twice * (float) Math.PI;
        assertArrayEquals(new double[] {Math.sin(angle), Math.cos(angle)}, read(y), 0);
        assertNotEquals((float) (Math.log(t) * frequency * 2 * Math.PI), angle, 0f);
    }

    /** d sin(a) = cos(a) da with a = t·f, or 2π·f·ln t. */
    @Test
    void derivesEmbeddingsByTheTime() {
        Slice t = slice(0, 2);
        Slice frequencies = slice(1, 0.25);
        Slice speeds = slice(3, -0.5);
        Tensor tangent = tensor(4, new double[8]);
        kernels.timeEmbeddingTangent(2, new TimeEmbedding(2, false, false), t, frequencies, speeds, tangent);
        double[] sinesFirst = {3, 0.75, 0, 0,
            -0.5 * Math.cos(2), -0.125 * Math.cos(0.5), 0.5 * Math.sin(2), 0.125 * Math.sin(0.5)};
        assertArrayEquals(sinesFirst, read(tangent), 1e-15);
        tangent = tensor(2, 0, 0);
        kernels.timeEmbeddingTangent(1, new TimeEmbedding(1, true, true), slice(4), slice(0.5), slice(3), tangent);
        float angle = (float) Math.log(4) * 0.5f * 2 * (float) Math.PI;
        double speed = 2 * Math.PI * 0.5 / 4 * 3;
        assertArrayEquals(new double[] {-speed * Math.sin(angle), speed * Math.cos(angle)}, read(tangent), 1e-15);
    }

    @Test
    void looksLabelsUpAndSumsTheirGradients() {
        Slice labels = slice(2, 0, 2);
        Tensor y = tensor(2, 1, 1, 2, 2, 3, 3);
        kernels.embeddingForward(3, 3, labels, slice(10, 20, 30, 40, 50, 60), y, y);
        assertArrayEquals(new double[] {51, 61, 12, 22, 53, 63}, read(y), 0);
        kernels.embeddingForward(3, 3, labels, slice(10, 20, 30, 40, 50, 60), null, y);
        assertArrayEquals(new double[] {50, 60, 10, 20, 50, 60}, read(y), 0);

        Slice dTable = slice(1, 1, 1, 1, 1, 1);
        kernels.embeddingBackward(3, 3, labels, tensor(2, 1, 2, 3, 4, 5, 6), dTable, true);
        assertArrayEquals(new double[] {4, 5, 1, 1, 7, 9}, read(dTable), 0);
        kernels.embeddingBackward(3, 3, labels, tensor(2, 1, 2, 3, 4, 5, 6), dTable, false);
        assertArrayEquals(new double[] {3, 4, 0, 0, 6, 8}, read(dTable), 0);
    }

    @Test
    void dividesEachSampleByItsNumber() {
        Tensor y = tensor(1, 10, 20, 30, 40);
        kernels.divideSamples(2, 2, tensor(1, 1, 2, 3, 4), slice(2, 4), y, y);
        assertArrayEquals(new double[] {10.5, 21, 30.75, 41}, read(y), 0);
        kernels.divideSamples(2, 2, tensor(1, 1, 2, 3, 4), slice(2, 4), null, y);
        assertArrayEquals(new double[] {0.5, 1, 0.75, 1}, read(y), 0);
    }

    @Test
    void doublesAndHalvesImages() {
        double[] small = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}; // two images of 2 × 3
        double[] large = {
            1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 4, 4, 5, 5, 6, 6,
            7, 7, 8, 8, 9, 9, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 10, 10, 11, 11, 12, 12
        };
        Tensor y = tensor(1, new double[48]);
        kernels.upsampleForward(2, 2, 3, tensor(1, small), y);
        assertArrayEquals(large, read(y), 0);
        Tensor back = tensor(1, new double[12]);
        kernels.downsampleForward(2, 2, 3, y, back);
        assertArrayEquals(small, read(back), 0);

        Tensor mean = tensor(1, 0);
        kernels.downsampleForward(1, 1, 1, tensor(1, 1, 2, 3, 6), mean);
        assertArrayEquals(new double[] {3}, read(mean), 0);
        Tensor shares = tensor(1, 1, 1, 1, 1);
        kernels.downsampleBackward(1, 1, 1, mean, shares, shares);
        assertArrayEquals(new double[] {1.75, 1.75, 1.75, 1.75}, read(shares), 0);
        Slice sum = zeros(1);
        kernels.upsampleBackward(1, 1, 1, tensor(1, 1, 2, 3, 6), null, Tensor.of(sum, 1));
        assertArrayEquals(new double[] {12}, read(sum), 0);
    }
}
