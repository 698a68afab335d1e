package io.bootdistill.cpu;

import org.junit.jupiter.api.Tag;

@Tag("fast")
class Avx2ContractTest extends CpuContract {

    Avx2ContractTest() {
        super(CpuTier.AVX2);
    }
}
