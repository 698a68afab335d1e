package io.bootdistill.cpu;

class BaselineContractTest extends CpuContract {

    BaselineContractTest() {
        super(CpuTier.BASELINE);
    }
}
