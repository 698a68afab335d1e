package io.bootdistill.cpu;

import io.bootdistill.GuidedStepTest;
import io.bootdistill.device.Device;

/** Steps of a guided teacher on the cpu device. */
class CpuGuidedStepTest extends GuidedStepTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
