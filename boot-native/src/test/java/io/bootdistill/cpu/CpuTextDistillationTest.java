package io.bootdistill.cpu;

import io.bootdistill.TextDistillationTest;
import io.bootdistill.device.Device;
import org.junit.jupiter.api.Tag;

/** Distillation from prompts on the cpu device. */
@Tag("fast")
class CpuTextDistillationTest extends TextDistillationTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
