package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.objective.HardFormTest;

/** Students with a hard boundary on the cpu device. */
class CpuHardFormTest extends HardFormTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
