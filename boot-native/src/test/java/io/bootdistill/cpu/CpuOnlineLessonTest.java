package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.matching.OnlineLessonTest;

/** An online network that learns from its own samples, on the cpu device. */
class CpuOnlineLessonTest extends OnlineLessonTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
