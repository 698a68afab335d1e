package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.progressive.ProgressiveLessonTest;

/** A method from outside the library on the cpu device. */
class CpuProgressiveLessonTest extends ProgressiveLessonTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
