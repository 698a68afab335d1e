package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.phase.WalkRingTest;

/** Walks that samples share on the cpu device. */
class CpuWalkRingTest extends WalkRingTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
