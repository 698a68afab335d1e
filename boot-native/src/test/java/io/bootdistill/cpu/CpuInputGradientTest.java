package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.network.InputGradientTest;

/** Gradients of inputs alone on the cpu device. */
class CpuInputGradientTest extends InputGradientTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
