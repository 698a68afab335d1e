package io.bootdistill.reference;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import java.util.Arrays;

/** Transfers between the host and the device, and copies on the device. */
interface ReferenceTransfers extends Kernels {

    @Override
    default void upload(float[] source, int from, Slice target) {
        double[] values = checkedValues("target", target, "source", source, from);
        for (int i = 0; i < target.length(); i++) {
            values[(int) target.offset() + i] = source[from + i];
        }
    }

    @Override
    default void download(Slice source, float[] target, int from) {
        double[] values = checkedValues("source", source, "target", target, from);
        for (int i = 0; i < source.length(); i++) {
            target[from + i] = (float) values[(int) source.offset() + i];
        }
    }

    private static double[] checkedValues(String operand, Slice slice, String host, float[] array, int from) {
        if (from < 0 || slice.length() > array.length - from) {
            throw new IllegalArgumentException(host + " has " + array.length + " floats, the transfer needs ["
                    + from + ", " + (from + slice.length()) + ")");
        }
        return Matrix.valuesOf(operand, slice);
    }

    @Override
    default void fill(Slice target, float value) {
        double[] values = Matrix.valuesOf("target", target);
        Arrays.fill(values, (int) target.offset(), (int) (target.offset() + target.length()), value);
    }

    @Override
    default void affine(long rows, Tensor xTensor, float factor, float offset, Tensor baseTensor, Tensor yTensor) {
        int channels = yTensor.channels();
        Matrix x = Matrix.of("x", xTensor, rows, channels);
        Matrix base = Matrix.optional("base", baseTensor, rows, channels);
        Matrix y = Matrix.of("y", yTensor, rows, channels);
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < channels; c++) {
                y.set(row, c, Matrix.orZero(base, row, c) + factor * x.get(row, c) + offset);
            }
        }
    }
}
