package io.bootdistill.cpu;

import io.bootdistill.KindsOfTeachersTest;
import io.bootdistill.device.Device;

/** Every objective with each kind of teacher on the cpu device. */
class CpuKindsOfTeachersTest extends KindsOfTeachersTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
