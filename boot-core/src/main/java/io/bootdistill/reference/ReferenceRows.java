package io.bootdistill.reference;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;

/** Gates, and sums over the rows of a sample. */
interface ReferenceRows extends Kernels {

    @Override
    default void gateForward(
            int n, int pixels, Tensor xTensor, Tensor gateTensor, Tensor residualTensor, Tensor yTensor) {
        int channels = yTensor.channels();
        Matrix x = Matrix.of("x", xTensor, (long) n * pixels, channels);
        Matrix gate = Matrix.of("gate", gateTensor, n, channels);
        Matrix residual = Matrix.optional("residual", residualTensor, (long) n * pixels, channels);
        Matrix y = Matrix.of("y", yTensor, (long) n * pixels, channels);
        for (int row = 0; row < y.rows(); row++) {
            for (int c = 0; c < channels; c++) {
                y.set(row, c, Matrix.orZero(residual, row, c) + gate.get(row / pixels, c) * x.get(row, c));
            }
        }
    }

    @Override
    default void gateBackward(
            int n, int pixels, Tensor xTensor, Tensor gateTensor, Tensor dyTensor, Tensor baseTensor, Tensor dxTensor,
            Tensor dGateTensor) {
        int channels = dxTensor.channels();
        Matrix x = Matrix.of("x", xTensor, (long) n * pixels, channels);
        Matrix gate = Matrix.of("gate", gateTensor, n, channels);
        Matrix dy = Matrix.of("dy", dyTensor, (long) n * pixels, channels);
        Matrix base = Matrix.optional("base", baseTensor, (long) n * pixels, channels);
        Matrix dx = Matrix.of("dx", dxTensor, (long) n * pixels, channels);
        Matrix dGate = Matrix.of("dGate", dGateTensor, n, channels);
        dGate.fill(0);
        for (int row = 0; row < dx.rows(); row++) {
            for (int c = 0; c < channels; c++) {
                dx.set(row, c, Matrix.orZero(base, row, c) + gate.get(row / pixels, c) * dy.get(row, c));
                dGate.add(row / pixels, c, dy.get(row, c) * x.get(row, c));
            }
        }
    }

    @Override
    default void gateTangent(
            int n, int pixels, Tensor xTensor, Tensor gateTensor, Tensor xTangentTensor, Tensor gateTangentTensor,
            Tensor residualTangentTensor, Tensor yTangentTensor) {
        int channels = yTangentTensor.channels();
        Matrix x = Matrix.of("x", xTensor, (long) n * pixels, channels);
        Matrix gate = Matrix.of("gate", gateTensor, n, channels);
        Matrix xTangent = Matrix.of("xTangent", xTangentTensor, (long) n * pixels, channels);
        Matrix gateTangent = Matrix.of("gateTangent", gateTangentTensor, n, channels);
        Matrix residualTangent = Matrix.optional("residualTangent", residualTangentTensor, (long) n * pixels, channels);
        Matrix yTangent = Matrix.of("yTangent", yTangentTensor, (long) n * pixels, channels);
        for (int row = 0; row < yTangent.rows(); row++) {
            for (int c = 0; c < channels; c++) {
                yTangent.set(row, c, Matrix.orZero(residualTangent, row, c)
                        + gateTangent.get(row / pixels, c) * x.get(row, c) + gate.get(row / pixels, c) * xTangent.get(row, c));
            }
        }
    }

    @Override
    default void sumRowsForward(int n, int pixels, float factor, Tensor xTensor, Tensor yTensor) {
        int channels = yTensor.channels();
        Matrix x = Matrix.of("x", xTensor, (long) n * pixels, channels);
        Matrix y = Matrix.of("y", yTensor, n, channels);
        for (int sample = 0; sample < n; sample++) {
            for (int c = 0; c < channels; c++) {
                double sum = 0;
                for (int pixel = 0; pixel < pixels; pixel++) {
                    sum += x.get(sample * pixels + pixel, c);
                }
                y.set(sample, c, factor * sum);
            }
        }
    }

    @Override
    default void sumRowsBackward(int n, int pixels, float factor, Tensor dyTensor, Tensor baseTensor, Tensor dxTensor) {
        int channels = dxTensor.channels();
        Matrix dy = Matrix.of("dy", dyTensor, n, channels);
        Matrix base = Matrix.optional("base", baseTensor, (long) n * pixels, channels);
        Matrix dx = Matrix.of("dx", dxTensor, (long) n * pixels, channels);
        for (int row = 0; row < dx.rows(); row++) {
            for (int c = 0; c < channels; c++) {
                dx.set(row, c, Matrix.orZero(base, row, c) + factor * dy.get(row / pixels, c));
            }
        }
    }
}
