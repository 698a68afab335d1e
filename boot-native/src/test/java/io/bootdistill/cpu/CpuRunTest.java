package io.bootdistill.cpu;

import io.bootdistill.RunTest;
import io.bootdistill.device.Device;
import org.junit.jupiter.api.Tag;

/** Runs on the cpu device. */
@Tag("fast")
class CpuRunTest extends RunTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
