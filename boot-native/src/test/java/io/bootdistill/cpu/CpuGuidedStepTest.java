package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.objective.GuidedStepTest;

/** Steps of a guided teacher on the cpu device. */
class CpuGuidedStepTest extends GuidedStepTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
