package io.bootdistill.cpu;

import io.bootdistill.DenoisingStudentTest;
import io.bootdistill.device.Device;
import org.junit.jupiter.api.Tag;

/** Students that denoise states of their own on the cpu device. */
@Tag("fast")
class CpuDenoisingStudentTest extends DenoisingStudentTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
