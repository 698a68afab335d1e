package io.bootdistill.cpu;

import io.bootdistill.GuidanceTest;
import io.bootdistill.device.Device;

/** Guided students on the cpu device. */
class CpuGuidanceTest extends GuidanceTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
