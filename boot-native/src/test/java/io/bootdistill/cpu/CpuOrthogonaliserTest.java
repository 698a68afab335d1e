package io.bootdistill.cpu;

import io.bootdistill.OrthogonaliserTest;
import io.bootdistill.device.Device;

/** Newton–Schulz on the cpu device. */
class CpuOrthogonaliserTest extends OrthogonaliserTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
