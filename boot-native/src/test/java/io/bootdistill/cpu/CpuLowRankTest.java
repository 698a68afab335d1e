package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.network.LowRankContract;
import org.junit.jupiter.api.Tag;

/** Low-rank adapters on the cpu device. */
@Tag("fast")
class CpuLowRankTest extends LowRankContract {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
