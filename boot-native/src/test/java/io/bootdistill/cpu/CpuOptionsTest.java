package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.internal.distillation.OptionsTest;

/** The options of a training step on the cpu device. */
class CpuOptionsTest extends OptionsTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
