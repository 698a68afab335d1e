package io.bootdistill.cpu;

import io.bootdistill.LessonRunTest;
import io.bootdistill.device.Device;
import org.junit.jupiter.api.Tag;

/** Lessons in whole runs on the cpu device. */
@Tag("fast")
class CpuLessonRunTest extends LessonRunTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
