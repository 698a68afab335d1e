package io.bootdistill.cuda;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.network.dit.DitGoldenTest;
import org.junit.jupiter.api.Tag;

/** The golden transformer on the cuda device, emulated. */
@Tag("emulated")
class CudaDitGoldenTest extends DitGoldenTest {

    @Override
    protected Device device() {
        return Devices.named(CudaDevice.NAME);
    }
}
