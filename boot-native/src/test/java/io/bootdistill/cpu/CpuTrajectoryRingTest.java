package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.objective.TrajectoryRingTest;

/** What a step of regression learns from, moved by the cpu device. */
class CpuTrajectoryRingTest extends TrajectoryRingTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
