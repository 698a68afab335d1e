package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.internal.training.OrthogonaliserTest;

/** Newton–Schulz on the cpu device. */
class CpuOrthogonaliserTest extends OrthogonaliserTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
