package io.bootdistill.cuda;

import io.bootdistill.DrawingGoldenTest;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import org.junit.jupiter.api.Tag;

/** The golden pipeline on the cuda device, emulated. */
@Tag("emulated")
class CudaDrawingGoldenTest extends DrawingGoldenTest {

    @Override
    protected Device device() {
        return Devices.named(CudaDevice.NAME);
    }
}
