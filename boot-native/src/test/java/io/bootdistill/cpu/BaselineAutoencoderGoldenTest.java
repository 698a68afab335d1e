package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.network.autoencoder.AutoencoderGoldenTest;

class BaselineAutoencoderGoldenTest extends AutoencoderGoldenTest {

    @Override
    protected Device device() {
        return NativeBuild.device(CpuTier.BASELINE);
    }
}
