package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.matching.MatchedGaussiansTest;

/** Samples that two known distributions move, on the cpu device. */
class CpuMatchedGaussiansTest extends MatchedGaussiansTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
