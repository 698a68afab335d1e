package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.internal.distillation.BootStepGoldenTest;

/** The golden training steps on the cpu device. */
class CpuBootStepGoldenTest extends BootStepGoldenTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
