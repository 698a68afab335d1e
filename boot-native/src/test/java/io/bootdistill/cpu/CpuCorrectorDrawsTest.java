package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.matching.CorrectorDrawsTest;

/** What the corrector draws on the cpu device. */
class CpuCorrectorDrawsTest extends CorrectorDrawsTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
