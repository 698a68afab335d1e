package io.bootdistill.cpu;

import org.junit.jupiter.api.Tag;

@Tag("fast")
class BaselineContractTest extends CpuContract {

    BaselineContractTest() {
        super(CpuTier.BASELINE);
    }
}
