package io.bootdistill.cpu;

import io.bootdistill.CaptionTrainerTest;
import io.bootdistill.device.Device;
import org.junit.jupiter.api.Tag;

/** Training on captioned pictures on the cpu device. */
@Tag("fast")
class CpuCaptionTrainerTest extends CaptionTrainerTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
