package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.internal.distillation.CorrectorTest;

/** The corrector of a training step on the cpu device. */
class CpuCorrectorTest extends CorrectorTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
