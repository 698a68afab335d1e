package io.bootdistill.reference;

import static io.bootdistill.reference.Arrays64.random;
import static io.bootdistill.reference.Arrays64.read;
import static io.bootdistill.reference.Arrays64.slice;
import static io.bootdistill.reference.Arrays64.tensor;
import static io.bootdistill.reference.Arrays64.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.bootdistill.device.Conv;
import io.bootdistill.device.Linear;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Forward values of the convolution and the linear layer; their gradients are checked by finite differences. */
@Tag("fast")
class ReferenceConvolutionTest {

    private static final double TOLERANCE = 1e-12; // float64 sums of some dozens of terms of order 1

    private final ReferenceKernels kernels = new ReferenceKernels();

    /** Convolution as its definition reads, on an image with a frame of explicit zeros. */
    @ParameterizedTest
    @CsvSource({"1,1,1,1", "5,7,1,1", "4,6,2,1", "4,6,2,0", "2,2,2,0", "8,2,2,1"})
    void equalsTheDefinition(int height, int width, int stride, int padding) {
        int n = 2;
        int in = 3;
        int out = 2;
        Conv conv = new Conv(height, width, in, out, 1, stride, padding);
        double[] x = random(n * height * width * in, 1);
        double[] w = random(9 * in * out, 2);
        double[] bias = random(out, 3);
        double[] shift = random(n * out, 4);
        double[] residual = random(n * conv.outPixels() * out, 5);
        Tensor y = Tensor.of(zeros(residual.length), out);
        kernels.convForward(n, conv, tensor(in, x), new Weights(slice(w), null), slice(bias), tensor(out, shift),
                tensor(out, residual), y);

        double[] expected = new double[residual.length];
        for (int sample = 0; sample < n; sample++) {
            double[][][] framed = new double[height + 2][width + 2][in]; // one pixel of zeros all round
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    for (int c = 0; c < in; c++) {
                        framed[i + 1][j + 1][c] = x[((sample * height + i) * width + j) * in + c];
                    }
                }
            }
            int frame = 1 - padding; // without padding, windows start at the image's own first pixel
            for (int i = 0; i < height / stride; i++) {
                for (int j = 0; j < width / stride; j++) {
                    for (int o = 0; o < out; o++) {
                        int at = ((sample * (height / stride) + i) * (width / stride) + j) * out + o;
                        double sum = bias[o] + shift[sample * out + o] + residual[at];
                        for (int a = 0; a < 3; a++) {
                            for (int b = 0; b < 3; b++) {
                                for (int c = 0; c < in; c++) {
                                    sum += framed[i * stride + a + frame][j * stride + b + frame][c]
                                            * w[((a * 3 + b) * in + c) * out + o];
                                }
                            }
                        }
                        expected[at] = sum;
                    }
                }
            }
        }
        assertArrayEquals(expected, read(y), TOLERANCE);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "2,3", "5,4"})
    void upsamplingComesFirst(int height, int width) {
        int n = 2;
        int in = 3;
        int out = 2;
        Conv conv = Conv.doubling(height, width, in, out);
        Tensor x = tensor(in, random(n * conv.pixels() * in, 1));
        Weights w = new Weights(slice(random(9 * in * out, 2)), null);
        double[] bias = random(out, 3);
        Tensor enlarged = Tensor.of(zeros(n * conv.outPixels() * in), in);
        kernels.upsampleForward(n, height, width, x, enlarged);
        Tensor expected = Tensor.of(zeros(n * conv.outPixels() * out), out);
        kernels.convForward(n, Conv.same(2 * height, 2 * width, in, out), enlarged, w, slice(bias), null, null, expected);
        Tensor y = Tensor.of(zeros(n * conv.outPixels() * out), out);
        kernels.convForward(n, conv, x, w, slice(bias), null, null, y);
        assertArrayEquals(read(expected), read(y), TOLERANCE);
    }

    @Test
    void linearEqualsTheDefinition() {
        double[] x = {1, 2, 3, -1, 0, 5};
        double[] w = {1, 10, 2, 20, 3, 30}; // [3][2]
        Tensor y = tensor(2, 100, 200, 300, 400);
        kernels.linearForward(2, new Linear(3, 2), tensor(3, x), new Weights(slice(w), null), slice(0.5, 0.25), y, y);
        assertArrayEquals(new double[] {114.5, 340.25, 314.5, 540.25}, read(y), TOLERANCE);
        kernels.linearForward(2, new Linear(3, 2), tensor(3, x), new Weights(slice(w), null), null, null, y);
        assertArrayEquals(new double[] {14, 140, 14, 140}, read(y), TOLERANCE);
    }
}
