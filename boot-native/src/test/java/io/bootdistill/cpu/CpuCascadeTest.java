package io.bootdistill.cpu;

import io.bootdistill.CascadeTest;
import io.bootdistill.device.Device;
import org.junit.jupiter.api.Tag;

/** Cascades on the cpu device. */
@Tag("fast")
class CpuCascadeTest extends CascadeTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
