package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.internal.distillation.RestartsTest;

/** Training steps of students with two times on the cpu device. */
class CpuRestartsTest extends RestartsTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
