package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.network.text.ClipTextGoldenTest;

class Avx2ClipTextGoldenTest extends ClipTextGoldenTest {

    @Override
    protected Device device() {
        return NativeBuild.device(CpuTier.AVX2);
    }
}
