package io.bootdistill.cpu;

class Avx2ContractTest extends CpuContract {

    Avx2ContractTest() {
        super(CpuTier.AVX2);
    }
}
