package io.bootdistill.cpu;

import io.bootdistill.CallsUnderStress;
import io.bootdistill.device.Device;
import org.junit.jupiter.api.Tag;

/** Runs on the cpu device. */
@Tag("fast")
class CpuCallsStressTest extends CallsUnderStress {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
