package io.bootdistill.cpu;

import io.bootdistill.JointRunTest;
import io.bootdistill.device.Device;

/** Runs on the cpu device. */
class CpuJointRunTest extends JointRunTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
