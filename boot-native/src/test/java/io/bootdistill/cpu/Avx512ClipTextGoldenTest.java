package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.network.text.ClipTextGoldenTest;

class Avx512ClipTextGoldenTest extends ClipTextGoldenTest {

    @Override
    protected Device device() {
        return NativeBuild.device(CpuTier.AVX512);
    }
}
