package io.bootdistill.cpu;

import io.bootdistill.RunTest;
import io.bootdistill.device.Device;

/** Runs on the cpu device. */
class CpuRunTest extends RunTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
