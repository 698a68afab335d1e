package io.bootdistill.cuda;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceContract;
import io.bootdistill.device.Devices;
import org.junit.jupiter.api.Tag;

/** The cuda device keeps the contract, emulated. */
@Tag("emulated")
class CudaContractTest extends DeviceContract {

    @Override
    protected Device device() {
        return Devices.named(CudaDevice.NAME);
    }
}
