package io.bootdistill.cpu;

import io.bootdistill.network.UNetGoldenTest;
import io.bootdistill.device.Device;

/** Golden U-Nets on the cpu device. */
class CpuUNetGoldenTest extends UNetGoldenTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
