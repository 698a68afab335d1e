package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.network.dit.DitGoldenTest;

class Avx2DitGoldenTest extends DitGoldenTest {

    @Override
    protected Device device() {
        return NativeBuild.device(CpuTier.AVX2);
    }
}
