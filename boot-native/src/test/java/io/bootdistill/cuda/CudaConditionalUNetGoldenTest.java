package io.bootdistill.cuda;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.network.unet.ConditionalUNetGoldenTest;
import org.junit.jupiter.api.Tag;

/** The golden U-Nets with text on the cuda device, emulated. */
@Tag("emulated")
class CudaConditionalUNetGoldenTest extends ConditionalUNetGoldenTest {

    @Override
    protected Device device() {
        return Devices.named(CudaDevice.NAME);
    }
}
