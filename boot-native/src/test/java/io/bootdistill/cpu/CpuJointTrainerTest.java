package io.bootdistill.cpu;

import io.bootdistill.JointTrainerTest;
import io.bootdistill.device.Device;
import org.junit.jupiter.api.Tag;

/** Runs on the cpu device. */
@Tag("fast")
class CpuJointTrainerTest extends JointTrainerTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
