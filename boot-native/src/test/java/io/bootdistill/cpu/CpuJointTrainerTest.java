package io.bootdistill.cpu;

import io.bootdistill.JointTrainerTest;
import io.bootdistill.device.Device;

/** Runs on the cpu device. */
class CpuJointTrainerTest extends JointTrainerTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
