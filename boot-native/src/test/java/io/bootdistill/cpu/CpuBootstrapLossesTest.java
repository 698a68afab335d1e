package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.objective.BootstrapLossesTest;

/** The losses that a step reports, on the cpu device. */
class CpuBootstrapLossesTest extends BootstrapLossesTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
