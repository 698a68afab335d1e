package io.bootdistill.reference;

import io.bootdistill.device.Conv;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * The 3×3 convolution as a matrix product per sample: Y = N·W, where row p of N is the 3×3 neighbourhood of output pixel p
 * ([3][3][in], "im2col") and W the weights [3·3·in][out]. So dN = dY·Wᵀ and dW = Nᵀ·dY.
 */
interface ReferenceConvolution extends Kernels {

    @Override
    default long preparedLength(Conv conv, boolean gradient) {
        return 0;
    }

    @Override
    default void prepare(Conv conv, Weights weights, boolean gradient) {
        weightMatrix(conv, weights.values());
    }

    @Override
    default boolean convolvesStrips() {
        return true;
    }

    @Override
    default void convForward(
            int n, Conv conv, Tensor xTensor, Weights weights, Slice biasSlice, Tensor shiftTensor, Tensor residualTensor,
            Tensor yTensor) {
        Matrix x = Matrix.of("x", xTensor, (long) n * conv.pixels(), conv.in());
        Matrix w = weightMatrix(conv, weights.values());
        Matrix bias = Matrix.optional("bias", biasSlice, 1, conv.out());
        Matrix shift = Matrix.optional("shift", shiftTensor, n, conv.out());
        Matrix residual = Matrix.optional("residual", residualTensor, (long) n * conv.outPixels(), conv.out());
        Matrix y = Matrix.of("y", yTensor, (long) n * conv.outPixels(), conv.out());

        DMatrixRMaj product = new DMatrixRMaj(conv.outPixels(), conv.out());
        for (int sample = 0; sample < n; sample++) {
            CommonOps_DDRM.mult(neighbourhoods(conv, x, sample), w.copy(), product);
            for (int pixel = 0; pixel < conv.outPixels(); pixel++) {
                int row = sample * conv.outPixels() + pixel;
                for (int c = 0; c < conv.out(); c++) {
                    y.set(row, c, product.get(pixel, c) + Matrix.orZero(bias, 0, c) + Matrix.orZero(shift, sample, c)
                            + Matrix.orZero(residual, row, c));
                }
            }
        }
    }

    @Override
    default void convBackwardInput(
            int n, Conv conv, Tensor dyTensor, Weights weights, Tensor baseTensor, Tensor dxTensor) {
        Matrix dy = Matrix.of("dy", dyTensor, (long) n * conv.outPixels(), conv.out());
        Matrix w = weightMatrix(conv, weights.values());
        Matrix base = Matrix.optional("base", baseTensor, (long) n * conv.pixels(), conv.in());
        Matrix dx = Matrix.of("dx", dxTensor, (long) n * conv.pixels(), conv.in());

        DMatrixRMaj dNeighbourhoods = new DMatrixRMaj(conv.outPixels(), 9 * conv.in());
        for (int sample = 0; sample < n; sample++) {
            int first = sample * conv.pixels();
            for (int row = first; row < first + conv.pixels(); row++) {
                for (int c = 0; c < conv.in(); c++) {
                    dx.set(row, c, Matrix.orZero(base, row, c));
                }
            }
            CommonOps_DDRM.multTransB(dy.copy(sample * conv.outPixels(), conv.outPixels()), w.copy(), dNeighbourhoods);
            forEachTap(conv, (outPixel, tap, pixel) -> {
                for (int c = 0; c < conv.in(); c++) {
                    dx.add(first + pixel, c, dNeighbourhoods.get(outPixel, tap * conv.in() + c));
                }
            });
        }
    }

    @Override
    default void convBackwardWeights(
            int n, Conv conv, Conv.Gradients operands, Slice dWeightsSlice, Slice dBiasSlice, boolean accumulate) {
        Matrix x = Matrix.of("x", operands.x(), (long) n * conv.pixels(), conv.in());
        Matrix dy = Matrix.of("dy", operands.dy(), (long) n * conv.outPixels(), conv.out());
        Matrix dWeights = Matrix.of("dWeights", dWeightsSlice, 9L * conv.in(), conv.out());
        Matrix dBias = Matrix.of("dBias", dBiasSlice, 1, conv.out());
        Matrix dShift = Matrix.optional("dShift", operands.dShift(), n, conv.out());

        if (!accumulate) {
            dWeights.fill(0);
            dBias.fill(0);
        }
        DMatrixRMaj product = new DMatrixRMaj(9 * conv.in(), conv.out());
        for (int sample = 0; sample < n; sample++) {
            DMatrixRMaj dySample = dy.copy(sample * conv.outPixels(), conv.outPixels());
            CommonOps_DDRM.multTransA(neighbourhoods(conv, x, sample), dySample, product);
            dWeights.add(product);
            DMatrixRMaj sums = CommonOps_DDRM.sumCols(dySample, null);
            for (int c = 0; c < conv.out(); c++) {
                dBias.add(0, c, sums.get(0, c));
                if (dShift != null) {
                    dShift.set(sample, c, sums.get(0, c));
                }
            }
        }
    }

    private static Matrix weightMatrix(Conv conv, Slice values) {
        return Matrix.of("weights", values, 9L * conv.in(), conv.out());
    }

    private static DMatrixRMaj neighbourhoods(Conv conv, Matrix x, int sample) {
        DMatrixRMaj result = new DMatrixRMaj(conv.outPixels(), 9 * conv.in()); // zeros: what lies outside the image
        forEachTap(conv, (outPixel, tap, pixel) -> {
            for (int c = 0; c < conv.in(); c++) {
                result.set(outPixel, tap * conv.in() + c, x.get(sample * conv.pixels() + pixel, c));
            }
        });
        return result;
    }

    /**
     * Output pixel (i, j) sees pixel (i·stride + a − padding, j·stride + b − padding) of the input, once it is enlarged, through
     * tap (a, b).
     */
    private static void forEachTap(Conv conv, Tap action) {
        for (int outPixel = 0; outPixel < conv.outPixels(); outPixel++) {
            for (int tap = 0; tap < 9; tap++) {
                int row = outPixel / conv.outWidth() * conv.stride() + tap / 3 - conv.padding();
                int column = outPixel % conv.outWidth() * conv.stride() + tap % 3 - conv.padding();
                int scale = conv.upsample();
                if (row >= 0 && row < conv.height() * scale && column >= 0 && column < conv.width() * scale) {
                    action.accept(outPixel, tap, row / scale * conv.width() + column / scale);
                }
            }
        }
    }

    /** What happens for an output pixel and the input pixel that lies under a tap. */
    interface Tap {
        void accept(int outPixel, int tap, int pixel);
    }
}
