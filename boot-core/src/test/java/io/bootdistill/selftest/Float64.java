package io.bootdistill.selftest;

import io.bootdistill.device.Tensor;
import io.bootdistill.reference.Arrays64;

/** The operands of a case on the reference device, read and written in float64. */
record Float64(OperationCase operation, BoundCase bound) {

    /** Null where the case has no such operand. */
    double[] read(String name) {
        Tensor tensor = bound.operands().tensor(name);
        if (tensor == null) {
            return null;
        }
        double[] memory = Arrays64.read(tensor.data());
        Operand operand = operation.operand(name);
        double[] values = new double[operand.rows(operation.samples()) * operand.channels()];
        for (int i = 0; i < values.length; i++) {
            values[i] = memory[index(tensor, i)];
        }
        return values;
    }

    void write(String name, double[] values) {
        Tensor tensor = bound.operands().tensor(name);
        double[] memory = Arrays64.read(tensor.data());
        for (int i = 0; i < values.length; i++) {
            memory[index(tensor, i)] = values[i];
        }
        Arrays64.write(tensor.data(), memory);
    }

    private static int index(Tensor tensor, int element) {
        return element / tensor.channels() * tensor.stride() + element % tensor.channels();
    }

    static double norm(double[] values) {
        double squares = 0;
        for (double value : values) {
            squares += value * value;
        }
        return Math.sqrt(squares);
    }
}
