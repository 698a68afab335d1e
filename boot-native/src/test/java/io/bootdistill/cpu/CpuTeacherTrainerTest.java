package io.bootdistill.cpu;

import io.bootdistill.TeacherTrainerTest;
import io.bootdistill.device.Device;
import org.junit.jupiter.api.Tag;

/** Runs on the cpu device. */
@Tag("fast")
class CpuTeacherTrainerTest extends TeacherTrainerTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
