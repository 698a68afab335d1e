package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.objective.HardBoundaryTest;

/** The share of the hard boundary, on the cpu device. */
class CpuHardBoundaryTest extends HardBoundaryTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
