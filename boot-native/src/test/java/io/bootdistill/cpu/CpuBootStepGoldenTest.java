package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.objective.BootStepGoldenTest;

/** The golden training steps on the cpu device. */
class CpuBootStepGoldenTest extends BootStepGoldenTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
