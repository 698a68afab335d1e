package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.objective.BootstrapLessonTest;

/** Steps that bootstrap on the cpu device. */
class CpuBootstrapLessonTest extends BootstrapLessonTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
