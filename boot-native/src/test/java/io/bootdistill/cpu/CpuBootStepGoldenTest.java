package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.objective.BootStepGoldenTest;
import org.junit.jupiter.api.Tag;

/** The golden training steps on the cpu device. */
@Tag("fast")
class CpuBootStepGoldenTest extends BootStepGoldenTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
