package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.LessonRunTest;

/** Lessons in whole runs on the cpu device. */
class CpuLessonRunTest extends LessonRunTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
