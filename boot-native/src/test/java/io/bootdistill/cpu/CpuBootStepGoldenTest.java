package io.bootdistill.cpu;

import io.bootdistill.BootStepGoldenTest;
import io.bootdistill.device.Device;

/** The golden training steps on the cpu device. */
class CpuBootStepGoldenTest extends BootStepGoldenTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
