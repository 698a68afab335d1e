package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.phase.PhaseRunTest;

/** Runs of methods by phases on the cpu device. */
class CpuPhaseRunTest extends PhaseRunTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
