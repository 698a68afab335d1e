package io.bootdistill.cpu;

import io.bootdistill.JointRunTest;
import io.bootdistill.device.Device;
import org.junit.jupiter.api.Tag;

/** Runs on the cpu device. */
@Tag("fast")
class CpuJointRunTest extends JointRunTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
