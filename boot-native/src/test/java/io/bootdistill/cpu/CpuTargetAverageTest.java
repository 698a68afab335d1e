package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.objective.TargetAverageTest;

/** Steps whose targets come from an average of the student, on the cpu device. */
class CpuTargetAverageTest extends TargetAverageTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
