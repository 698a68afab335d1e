package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.internal.distillation.GuidedStepTest;

/** Steps of a guided teacher on the cpu device. */
class CpuGuidedStepTest extends GuidedStepTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
