package io.bootdistill.cuda;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.network.text.ClipTextGoldenTest;
import org.junit.jupiter.api.Tag;

/** The golden text encoders on the cuda device, emulated. */
@Tag("emulated")
class CudaClipTextGoldenTest extends ClipTextGoldenTest {

    @Override
    protected Device device() {
        return Devices.named(CudaDevice.NAME);
    }
}
