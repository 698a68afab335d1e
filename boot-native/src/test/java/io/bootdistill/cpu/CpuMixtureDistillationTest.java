package io.bootdistill.cpu;

import io.bootdistill.MixtureDistillationTest;
import io.bootdistill.device.Device;

/** Distillation of a mixture on the cpu device. */
class CpuMixtureDistillationTest extends MixtureDistillationTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
