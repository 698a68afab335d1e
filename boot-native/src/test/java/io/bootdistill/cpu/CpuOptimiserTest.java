package io.bootdistill.cpu;

import io.bootdistill.OptimiserTest;
import io.bootdistill.device.Device;

/** Steps on the cpu device. */
class CpuOptimiserTest extends OptimiserTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
