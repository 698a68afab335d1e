package io.bootdistill.cpu;

import io.bootdistill.SamplerGoldenTest;
import io.bootdistill.device.Device;

/** The golden sampler on the cpu device. */
class CpuSamplerGoldenTest extends SamplerGoldenTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
