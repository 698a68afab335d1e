package io.bootdistill.cpu;

import io.bootdistill.OptionsTest;
import io.bootdistill.device.Device;

/** The options of a training step on the cpu device. */
class CpuOptionsTest extends OptionsTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
