package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.outside.FirstGuessRunTest;

/** An objective from outside the library in its runs on the cpu device. */
class CpuFirstGuessRunTest extends FirstGuessRunTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
