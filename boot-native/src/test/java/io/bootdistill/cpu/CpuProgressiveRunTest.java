package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.progressive.ProgressiveRunTest;

/** An objective from outside the library in its runs on the cpu device. */
class CpuProgressiveRunTest extends ProgressiveRunTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
