package io.bootdistill.cuda;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.objective.BootStepGoldenTest;
import org.junit.jupiter.api.Tag;

/** The golden training steps on the cuda device, emulated. */
@Tag("emulated")
class CudaBootStepGoldenTest extends BootStepGoldenTest {

    @Override
    protected Device device() {
        return Devices.named(CudaDevice.NAME);
    }
}
