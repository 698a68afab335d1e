package io.bootdistill.cuda;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.internal.training.OptimiserTest;
import org.junit.jupiter.api.Tag;

/** Steps on the cuda device, emulated. */
@Tag("emulated")
class CudaOptimiserTest extends OptimiserTest {

    @Override
    protected Device device() {
        return Devices.named(CudaDevice.NAME);
    }
}
