package io.bootdistill.cpu;

import io.bootdistill.TargetAverageTest;
import io.bootdistill.device.Device;

/** Steps whose targets come from an average of the student, on the cpu device. */
class CpuTargetAverageTest extends TargetAverageTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
