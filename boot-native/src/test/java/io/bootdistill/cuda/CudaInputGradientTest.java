package io.bootdistill.cuda;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.network.InputGradientTest;
import org.junit.jupiter.api.Tag;

@Tag("emulated")
class CudaInputGradientTest extends InputGradientTest {

    @Override
    protected Device device() {
        return Devices.named(CudaDevice.NAME);
    }
}
