package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.network.UNetGoldenTest;

class CpuUNetGoldenTest extends UNetGoldenTest {

    @Override
    protected Device device() {
        return NativeBuild.device(CpuTier.AVX2);
    }
}
