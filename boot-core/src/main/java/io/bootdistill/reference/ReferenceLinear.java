package io.bootdistill.reference;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Linear;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/** The linear layer Y = X·W + bias; so dX = dY·Wᵀ and dW = Xᵀ·dY. */
interface ReferenceLinear extends Kernels {

    @Override
    default long preparedLength(Linear linear, boolean gradient) {
        return 0;
    }

    @Override
    default void prepare(Linear linear, Weights weights, boolean gradient) {
        weightMatrix(linear, weights.values());
    }

    @Override
    default void linearForward(
            long rows, Linear linear, Tensor xTensor, Weights weights, Slice biasSlice, Tensor residualTensor,
            Tensor yTensor) {
        Matrix x = Matrix.of("x", xTensor, rows, linear.in());
        Matrix w = weightMatrix(linear, weights.values());
        Matrix bias = Matrix.optional("bias", biasSlice, 1, linear.out());
        Matrix residual = Matrix.optional("residual", residualTensor, rows, linear.out());
        Matrix y = Matrix.of("y", yTensor, rows, linear.out());

        DMatrixRMaj product = CommonOps_DDRM.mult(x.copy(), w.copy(), null);
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < linear.out(); c++) {
                y.set(row, c, product.get(row, c) + Matrix.orZero(bias, 0, c) + Matrix.orZero(residual, row, c));
            }
        }
    }

    @Override
    default void linearBackwardInput(
            long rows, Linear linear, Tensor dyTensor, Weights weights, Tensor baseTensor, Tensor dxTensor) {
        Matrix dy = Matrix.of("dy", dyTensor, rows, linear.out());
        Matrix w = weightMatrix(linear, weights.values());
        Matrix base = Matrix.optional("base", baseTensor, rows, linear.in());
        Matrix dx = Matrix.of("dx", dxTensor, rows, linear.in());

        DMatrixRMaj product = CommonOps_DDRM.multTransB(dy.copy(), w.copy(), null);
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < linear.in(); c++) {
                dx.set(row, c, Matrix.orZero(base, row, c) + product.get(row, c));
            }
        }
    }

    @Override
    default void linearBackwardWeights(
            long rows, Linear linear, Tensor xTensor, Tensor dyTensor, Slice dWeightsSlice, Slice dBiasSlice,
            boolean accumulate) {
        Matrix x = Matrix.of("x", xTensor, rows, linear.in());
        Matrix dy = Matrix.of("dy", dyTensor, rows, linear.out());
        Matrix dWeights = Matrix.of("dWeights", dWeightsSlice, linear.in(), linear.out());
        Matrix dBias = Matrix.optional("dBias", dBiasSlice, 1, linear.out());

        if (!accumulate) {
            dWeights.fill(0);
        }
        dWeights.add(CommonOps_DDRM.multTransA(x.copy(), dy.copy(), null));
        if (dBias != null) {
            if (!accumulate) {
                dBias.fill(0);
            }
            dBias.add(CommonOps_DDRM.sumCols(dy.copy(), null));
        }
    }

    private static Matrix weightMatrix(Linear linear, Slice values) {
        return Matrix.of("weights", values, linear.in(), linear.out());
    }
}
