package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.network.TangentContract;

/** Derivatives of whole networks by the time on the cpu device. */
class CpuTangentTest extends TangentContract {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
