package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.network.autoencoder.AutoencoderGoldenTest;

class Avx2AutoencoderGoldenTest extends AutoencoderGoldenTest {

    @Override
    protected Device device() {
        return NativeBuild.device(CpuTier.AVX2);
    }
}
