package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.network.TangentContract;
import org.junit.jupiter.api.Tag;

/** Derivatives of whole networks by the time on the cpu device. */
@Tag("fast")
class CpuTangentTest extends TangentContract {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
