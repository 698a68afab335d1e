package io.bootdistill.cpu;

import io.bootdistill.RestartsTest;
import io.bootdistill.device.Device;

/** Training steps of students with two times on the cpu device. */
class CpuRestartsTest extends RestartsTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
