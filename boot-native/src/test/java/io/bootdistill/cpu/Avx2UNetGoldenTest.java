package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.network.UNetGoldenTest;

class Avx2UNetGoldenTest extends UNetGoldenTest {

    @Override
    protected Device device() {
        return NativeBuild.device(CpuTier.AVX2);
    }
}
