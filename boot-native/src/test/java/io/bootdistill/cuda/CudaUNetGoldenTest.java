package io.bootdistill.cuda;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.network.UNetGoldenTest;
import org.junit.jupiter.api.Tag;

/** The golden networks on the cuda device, emulated. */
@Tag("emulated")
class CudaUNetGoldenTest extends UNetGoldenTest {

    @Override
    protected Device device() {
        return Devices.named(CudaDevice.NAME);
    }
}
