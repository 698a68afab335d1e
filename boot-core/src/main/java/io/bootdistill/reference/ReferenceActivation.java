package io.bootdistill.reference;

import io.bootdistill.device.Activation;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;

/** Activations, and GEGLU. */
interface ReferenceActivation extends Kernels {

    @Override
    default void activationForward(long rows, Activation f, Tensor xTensor, Tensor yTensor) {
        int channels = yTensor.channels();
        Matrix x = Matrix.of("x", xTensor, rows, channels);
        Matrix y = Matrix.of("y", yTensor, rows, channels);
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < channels; c++) {
                y.set(row, c, ActivationFormulas.value(f, x.get(row, c)));
            }
        }
    }

    @Override
    default void activationBackward(
            long rows, Activation f, Tensor xTensor, Tensor dyTensor, Tensor baseTensor, Tensor dxTensor) {
        int channels = dxTensor.channels();
        Matrix x = Matrix.of("x", xTensor, rows, channels);
        Matrix dy = Matrix.of("dy", dyTensor, rows, channels);
        Matrix base = Matrix.optional("base", baseTensor, rows, channels);
        Matrix dx = Matrix.of("dx", dxTensor, rows, channels);
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < channels; c++) {
                double gradient = dy.get(row, c) * ActivationFormulas.derivative(f, x.get(row, c));
                dx.set(row, c, Matrix.orZero(base, row, c) + gradient);
            }
        }
    }

    @Override
    default void gegluForward(long rows, Tensor xTensor, Tensor yTensor) {
        int channels = yTensor.channels();
        Matrix x = Matrix.of("x", xTensor, rows, 2 * channels);
        Matrix y = Matrix.of("y", yTensor, rows, channels);
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < channels; c++) {
                y.set(row, c, x.get(row, c) * ActivationFormulas.value(Activation.GELU, x.get(row, channels + c)));
            }
        }
    }

    @Override
    default void gegluBackward(long rows, Tensor xTensor, Tensor dyTensor, Tensor baseTensor, Tensor dxTensor) {
        int channels = dyTensor.channels();
        Matrix x = Matrix.of("x", xTensor, rows, 2 * channels);
        Matrix dy = Matrix.of("dy", dyTensor, rows, channels);
        Matrix base = Matrix.optional("base", baseTensor, rows, 2 * channels);
        Matrix dx = Matrix.of("dx", dxTensor, rows, 2 * channels);
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < channels; c++) {
                double u = x.get(row, c);
                double v = x.get(row, channels + c);
                double du = dy.get(row, c) * ActivationFormulas.value(Activation.GELU, v);
                double dv = dy.get(row, c) * u * ActivationFormulas.derivative(Activation.GELU, v);
                dx.set(row, c, Matrix.orZero(base, row, c) + du);
                dx.set(row, channels + c, Matrix.orZero(base, row, channels + c) + dv);
            }
        }
    }

    @Override
    default void gegluTangent(long rows, Tensor xTensor, Tensor xTangentTensor, Tensor yTangentTensor) {
        int channels = yTangentTensor.channels();
        Matrix x = Matrix.of("x", xTensor, rows, 2 * channels);
        Matrix xTangent = Matrix.of("xTangent", xTangentTensor, rows, 2 * channels);
        Matrix yTangent = Matrix.of("yTangent", yTangentTensor, rows, channels);
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < channels; c++) {
                double u = x.get(row, c);
                double v = x.get(row, channels + c);
                yTangent.set(row, c, xTangent.get(row, c) * ActivationFormulas.value(Activation.GELU, v)
                        + u * ActivationFormulas.derivative(Activation.GELU, v) * xTangent.get(row, channels + c));
            }
        }
    }
}
