package io.bootdistill.cpu;

import io.bootdistill.TeacherTrainerTest;
import io.bootdistill.device.Device;

/** Runs on the cpu device. */
class CpuTeacherTrainerTest extends TeacherTrainerTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
