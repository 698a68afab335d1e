package io.bootdistill.reference;

import static io.bootdistill.internal.device.Shapes.smallRows;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;

/** Doubling and halving. Pixel (i, j) of the small image belongs to the pixels (2i + a, 2j + b) of the large one. */
interface ReferenceResize extends Kernels {

    @Override
    default void upsampleForward(int n, int height, int width, Tensor xTensor, Tensor yTensor) {
        int channels = xTensor.channels();
        Matrix x = Matrix.of("x", xTensor, smallRows(n, height, width), channels);
        Matrix y = Matrix.of("y", yTensor, 4 * smallRows(n, height, width), channels);
        for (int small = 0; small < x.rows(); small++) {
            for (int part = 0; part < 4; part++) {
                for (int c = 0; c < channels; c++) {
                    y.set(largeRow(small, width, part), c, x.get(small, c));
                }
            }
        }
    }

    @Override
    default void upsampleBackward(int n, int height, int width, Tensor dyTensor, Tensor baseTensor, Tensor dxTensor) {
        int channels = dxTensor.channels();
        Matrix dy = Matrix.of("dy", dyTensor, 4 * smallRows(n, height, width), channels);
        Matrix base = Matrix.optional("base", baseTensor, smallRows(n, height, width), channels);
        Matrix dx = Matrix.of("dx", dxTensor, smallRows(n, height, width), channels);
        for (int small = 0; small < dx.rows(); small++) {
            for (int c = 0; c < channels; c++) {
                dx.set(small, c, Matrix.orZero(base, small, c) + sumOfFour(dy, small, width, c));
            }
        }
    }

    @Override
    default void downsampleForward(int n, int height, int width, Tensor xTensor, Tensor yTensor) {
        int channels = xTensor.channels();
        Matrix x = Matrix.of("x", xTensor, 4 * smallRows(n, height, width), channels);
        Matrix y = Matrix.of("y", yTensor, smallRows(n, height, width), channels);
        for (int small = 0; small < y.rows(); small++) {
            for (int c = 0; c < channels; c++) {
                y.set(small, c, sumOfFour(x, small, width, c) / 4);
            }
        }
    }

    @Override
    default void downsampleBackward(int n, int height, int width, Tensor dyTensor, Tensor baseTensor, Tensor dxTensor) {
        int channels = dxTensor.channels();
        Matrix dy = Matrix.of("dy", dyTensor, smallRows(n, height, width), channels);
        Matrix base = Matrix.optional("base", baseTensor, 4 * smallRows(n, height, width), channels);
        Matrix dx = Matrix.of("dx", dxTensor, 4 * smallRows(n, height, width), channels);
        for (int small = 0; small < dy.rows(); small++) {
            for (int part = 0; part < 4; part++) {
                int large = largeRow(small, width, part);
                for (int c = 0; c < channels; c++) {
                    dx.set(large, c, Matrix.orZero(base, large, c) + dy.get(small, c) / 4);
                }
            }
        }
    }

    private static double sumOfFour(Matrix large, int small, int width, int channel) {
        double sum = 0;
        for (int part = 0; part < 4; part++) {
            sum += large.get(largeRow(small, width, part), channel);
        }
        return sum;
    }

    /**
     * The row of the large image for part 2a + b of a small pixel. The images of a batch lie below each other, and heights
     * double as a whole, so the batch is one image of n·height rows here.
     */
    private static int largeRow(int small, int width, int part) {
        int i = small / width;
        int j = small % width;
        return (2 * i + part / 2) * 2 * width + 2 * j + part % 2;
    }
}
