package io.bootdistill.cuda;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.network.TangentContract;
import org.junit.jupiter.api.Tag;

/** Derivatives of whole networks by the time on the cuda device, emulated. */
@Tag("emulated")
class CudaTangentTest extends TangentContract {

    @Override
    protected Device device() {
        return Devices.named(CudaDevice.NAME);
    }
}
