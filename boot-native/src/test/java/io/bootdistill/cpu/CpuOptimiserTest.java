package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.internal.training.OptimiserTest;

/** Steps on the cpu device. */
class CpuOptimiserTest extends OptimiserTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
