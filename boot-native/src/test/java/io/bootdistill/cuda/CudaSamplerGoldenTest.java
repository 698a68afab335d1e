package io.bootdistill.cuda;

import io.bootdistill.SamplerGoldenTest;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import org.junit.jupiter.api.Tag;

/** The golden sampler on the cuda device, emulated. */
@Tag("emulated")
class CudaSamplerGoldenTest extends SamplerGoldenTest {

    @Override
    protected Device device() {
        return Devices.named(CudaDevice.NAME);
    }
}
