package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.network.InputGradientTest;

class CpuInputGradientTest extends InputGradientTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
