package io.bootdistill.reference;

import static io.bootdistill.reference.Arrays64.random;
import static io.bootdistill.reference.Arrays64.read;
import static io.bootdistill.reference.Arrays64.slice;
import static io.bootdistill.reference.Arrays64.tensor;
import static io.bootdistill.reference.Arrays64.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.device.Attention;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Forward values of attention; its gradients are checked by finite differences. */
@Tag("fast")
class ReferenceAttentionTest {

    private static final double TOLERANCE = 1e-13;

    private final ReferenceKernels kernels = new ReferenceKernels();

    /** Head size 4: scores q·k/2. Two keys with scores 0 and ln 3, so weights ¼ and ¾. */
    @Test
    void weighsValuesByTheSoftmaxOfScaledScores() {
        Tensor q = tensor(4, 1, 0, 0, 0);
        Tensor k = tensor(4, 0, 5, 5, 5, 2 * Math.log(3), 7, 7, 7);
        Tensor v = tensor(4, 0, 4, 8, -4, 4, 4, 0, 4);
        Tensor y = tensor(4, new double[4]);
        Slice logSumExp = zeros(1);
        kernels.attentionForward(1, new Attention(1, 2, 1, 4), new Attention.Operands(q, k, v, null, y, logSumExp));
        assertArrayEquals(new double[] {3, 4, 2, 2}, read(y), TOLERANCE);
        assertArrayEquals(new double[] {Math.log(4)}, read(logSumExp), TOLERANCE);
    }

    @Test
    void headsAndSamplesAreApart() {
        Attention both = new Attention(3, 5, 2, 4);
        double[] q = random(2 * 3 * 8, 1);
        double[] k = random(2 * 5 * 8, 2);
        double[] v = random(2 * 5 * 8, 3);
        Tensor y = tensor(8, new double[2 * 3 * 8]);
        Slice logSumExp = zeros(2 * 2 * 3);
        kernels.attentionForward(
                2, both, new Attention.Operands(tensor(8, q), tensor(8, k), tensor(8, v), null, y, logSumExp));
        for (int sample = 0; sample < 2; sample++) {
            for (int head = 0; head < 2; head++) {
                Tensor one = tensor(4, new double[12]);
                Slice oneLogSumExp = zeros(3);
                kernels.attentionForward(1, new Attention(3, 5, 1, 4), new Attention.Operands(part(q, 3, sample, head),
                        part(k, 5, sample, head), part(v, 5, sample, head), null, one, oneLogSumExp));
                assertArrayEquals(read(part(read(y), 3, sample, head)), read(one), TOLERANCE);
                assertArrayEquals(read(logSumExp.slice((sample * 2L + head) * 3, 3)), read(oneLogSumExp), TOLERANCE);
            }
        }
    }

    /** The rows of a sample and the channels of a head of a matrix with two heads of size 4. */
    private static Tensor part(double[] values, int rows, int sample, int head) {
        double[] part = new double[rows * 4];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(values, (sample * rows + row) * 8 + head * 4, part, row * 4, 4);
        }
        return tensor(4, part);
    }

    @Test
    void masksKeysOut() {
        double[] k = random(4 * 2, 1);
        double[] v = random(4 * 2, 2);
        Tensor q = tensor(2, 0.3, -2, 1000, 1);
        Slice mask = slice(0, Double.NEGATIVE_INFINITY, 0, Double.NEGATIVE_INFINITY);
        Tensor masked = tensor(2, new double[4]);
        Tensor kept = tensor(2, new double[4]);
        Slice maskedSums = zeros(2);
        Slice keptSums = zeros(2);
        Attention.Operands operands = new Attention.Operands(q, tensor(2, k), tensor(2, v), mask, masked, maskedSums);
        kernels.attentionForward(1, new Attention(2, 4, 1, 2), operands);
        kernels.attentionForward(1, new Attention(2, 2, 1, 2), new Attention.Operands(
                q, tensor(2, rows(k, 0, 2)), tensor(2, rows(v, 0, 2)), null, kept, keptSums));
        assertArrayEquals(read(kept), read(masked), TOLERANCE);
        assertArrayEquals(read(keptSums), read(maskedSums), TOLERANCE);

        Tensor[] gradients = {tensor(2, new double[4]), tensor(2, new double[8]), tensor(2, new double[8])};
        kernels.attentionBackward(1, new Attention(2, 4, 1, 2), operands,
                new Attention.Gradients(tensor(2, 1, 2, 3, 4), gradients[0], gradients[1], gradients[2]));
        for (int i = 1; i < 3; i++) { // what is masked out gets no gradient
            assertArrayEquals(new double[4], rows(read(gradients[i]), 1, 3), 0);
        }
    }

    /** Query i over the keys up to i is that query by itself, over those keys. */
    @Test
    void causalQueriesSeeTheKeysUpToTheirOwn() {
        for (int[] size : new int[][] {{4, 4}, {3, 5}, {5, 3}}) {
            Attention causal = new Attention(size[0], size[1], 1, 2, true);
            Tensor q = tensor(2, random(size[0] * 2, 1));
            Tensor k = tensor(2, random(size[1] * 2, 2));
            Tensor v = tensor(2, random(size[1] * 2, 3));
            Tensor y = tensor(2, new double[size[0] * 2]);
            Slice sums = zeros(size[0]);
            kernels.attentionForward(1, causal, new Attention.Operands(q, k, v, null, y, sums));
            int pairs = 0;
            for (int i = 0; i < size[0]; i++) {
                int seen = Math.min(i + 1, size[1]);
                assertEquals(seen, causal.keysOf(i));
                pairs += seen;
                Tensor one = tensor(2, 0, 0);
                Slice sum = zeros(1);
                kernels.attentionForward(1, new Attention(1, seen, 1, 2), new Attention.Operands(
                        Tensor.of(q.data().slice(2L * i, 2), 2), k, v, null, one, sum));
                assertArrayEquals(Arrays.copyOfRange(read(y), 2 * i, 2 * i + 2), read(one), TOLERANCE);
                assertArrayEquals(read(sums.slice(i, 1)), read(sum), TOLERANCE);
            }
            assertEquals(pairs, causal.pairs());
            assertEquals(size[0] * size[1], new Attention(size[0], size[1], 1, 2).pairs());
        }
    }

    private static double[] rows(double[] values, int first, int second) {
        double[] rows = Arrays.copyOfRange(values, 2 * first, 2 * first + 4);
        System.arraycopy(values, 2 * second, rows, 2, 2);
        return rows;
    }
}
