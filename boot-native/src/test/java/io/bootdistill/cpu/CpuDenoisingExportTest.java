package io.bootdistill.cpu;

import io.bootdistill.DenoisingExportTest;
import io.bootdistill.device.Device;
import org.junit.jupiter.api.Tag;

/** Students that denoise, written and read again, on the cpu device. */
@Tag("fast")
class CpuDenoisingExportTest extends DenoisingExportTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
