package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.internal.training.AdaptedLearnerTest;
import org.junit.jupiter.api.Tag;

/** A teacher with an adapter that learns, on the cpu device. */
@Tag("fast")
class CpuAdaptedLearnerTest extends AdaptedLearnerTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
