package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.matching.MatchingLessonTest;

/** What moves the student by an online network of its own samples, on the cpu device. */
class CpuMatchingLessonTest extends MatchingLessonTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
