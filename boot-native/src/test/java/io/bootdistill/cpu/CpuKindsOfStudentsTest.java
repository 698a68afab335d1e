package io.bootdistill.cpu;

import io.bootdistill.KindsOfStudentsTest;
import io.bootdistill.device.Device;
import org.junit.jupiter.api.Tag;

/** Students of each kind of latent pipeline on the cpu device. */
@Tag("fast")
class CpuKindsOfStudentsTest extends KindsOfStudentsTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
