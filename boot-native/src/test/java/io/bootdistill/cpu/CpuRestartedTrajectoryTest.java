package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.objective.RestartedTrajectoryTest;

/** Steps that regress from states of trajectories on the cpu device. */
class CpuRestartedTrajectoryTest extends RestartedTrajectoryTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
