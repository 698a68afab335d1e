package io.bootdistill.cpu;

import io.bootdistill.LessonRunTest;
import io.bootdistill.device.Device;

/** Lessons in whole runs on the cpu device. */
class CpuLessonRunTest extends LessonRunTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
