package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.objective.DerivativeLessonTest;

/** Steps that learn the derivative on the cpu device. */
class CpuDerivativeLessonTest extends DerivativeLessonTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
