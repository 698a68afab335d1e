package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.network.unet.ConditionalUNetGoldenTest;

class Avx512ConditionalUNetGoldenTest extends ConditionalUNetGoldenTest {

    @Override
    protected Device device() {
        return NativeBuild.device(CpuTier.AVX512);
    }
}
