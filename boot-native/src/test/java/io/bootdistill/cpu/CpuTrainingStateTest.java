package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.internal.training.TrainingStateTest;

/** What training changes on the cpu device. */
class CpuTrainingStateTest extends TrainingStateTest {

    @Override
    protected Device device() {
        return NativeBuild.best();
    }
}
