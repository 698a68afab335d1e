package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.network.dit.DitGoldenTest;

class BaselineDitGoldenTest extends DitGoldenTest {

    @Override
    protected Device device() {
        return NativeBuild.device(CpuTier.BASELINE);
    }
}
