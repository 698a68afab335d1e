package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.network.text.ClipTextGoldenTest;

class BaselineClipTextGoldenTest extends ClipTextGoldenTest {

    @Override
    protected Device device() {
        return NativeBuild.device(CpuTier.BASELINE);
    }
}
