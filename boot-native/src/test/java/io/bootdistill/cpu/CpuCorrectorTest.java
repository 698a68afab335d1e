package io.bootdistill.cpu;

import io.bootdistill.CorrectorTest;
import io.bootdistill.device.Device;

/** The corrector of a training step on the cpu device. */
class CpuCorrectorTest extends CorrectorTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
