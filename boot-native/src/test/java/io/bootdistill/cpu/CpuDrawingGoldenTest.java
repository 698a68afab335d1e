package io.bootdistill.cpu;

import io.bootdistill.DrawingGoldenTest;
import io.bootdistill.device.Device;
import org.junit.jupiter.api.Tag;

/** The golden pipeline on the cpu device. */
@Tag("fast")
class CpuDrawingGoldenTest extends DrawingGoldenTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
