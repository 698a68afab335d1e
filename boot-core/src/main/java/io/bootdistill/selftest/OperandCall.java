package io.bootdistill.selftest;

import io.bootdistill.device.Kernels;

/** An operation as a case calls it; it reads the number of samples from the operands, so that a batch can be split. */
interface OperandCall {
    void run(Kernels kernels, Operands operands);
}
