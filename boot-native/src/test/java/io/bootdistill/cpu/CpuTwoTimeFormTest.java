package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.objective.TwoTimeFormTest;

/** Training steps of students with two times on the cpu device. */
class CpuTwoTimeFormTest extends TwoTimeFormTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
