package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.phase.PhaseLessonTest;

/** What students learn from a Gaussian, on the cpu device. */
class CpuPhaseLessonTest extends PhaseLessonTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
