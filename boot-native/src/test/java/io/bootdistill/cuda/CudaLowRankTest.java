package io.bootdistill.cuda;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.network.LowRankContract;
import org.junit.jupiter.api.Tag;

/** Low-rank adapters on the cuda device, emulated. */
@Tag("emulated")
class CudaLowRankTest extends LowRankContract {

    @Override
    protected Device device() {
        return Devices.named(CudaDevice.NAME);
    }
}
