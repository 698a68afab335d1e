package io.bootdistill.cuda;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceContract;
import io.bootdistill.device.OperationCase;
import org.junit.jupiter.api.Tag;

/** The cuda device keeps the contract, emulated, with each precision. */
@Tag("emulated")
abstract class CudaContract extends DeviceContract {

    private static final int FLOAT32_BITS = 24;

    private final CudaDevice device;
    private final double factor;

    /** @param bits of the significand to which the operands of a matrix product are rounded */
    CudaContract(CudaPrecision precision, int bits) {
        device = new CudaDevice(precision);
        factor = Math.pow(2, FLOAT32_BITS - bits);
    }

    @Override
    protected Device device() {
        return device;
    }

    /** Rounding the operands of a product is an error of each term of its sum, as rounding it in float32 is: larger by this. */
    @Override
    protected double toleranceFactor(OperationCase operation) {
        return operation.operation().matches("(conv|linear|attention).*") ? factor : 1;
    }
}
