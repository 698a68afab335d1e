package io.bootdistill.cuda;

import io.bootdistill.device.Device;
import io.bootdistill.selftest.DeviceContract;
import org.junit.jupiter.api.Tag;

/** The cuda device keeps the contract, emulated, with each precision. */
@Tag("emulated")
abstract class CudaContract extends DeviceContract {

    private final CudaDevice device;

    CudaContract(CudaPrecision precision) {
        device = CudaBuild.device(precision, false);
    }

    @Override
    protected Device device() {
        return device;
    }
}
