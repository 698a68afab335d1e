package io.bootdistill.cpu;

class Avx512ContractTest extends CpuContract {

    Avx512ContractTest() {
        super(CpuTier.AVX512);
    }
}
