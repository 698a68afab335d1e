package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.matching.CorrectorLessonTest;

/** The corrector of a training step on the cpu device. */
class CpuCorrectorLessonTest extends CorrectorLessonTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
