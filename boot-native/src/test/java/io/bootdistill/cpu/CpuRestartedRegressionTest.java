package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.internal.distillation.RestartedRegressionTest;

/** Steps that regress from states of trajectories on the cpu device. */
class CpuRestartedRegressionTest extends RestartedRegressionTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
