package io.bootdistill.cpu;

import org.junit.jupiter.api.Tag;

@Tag("fast")
class Avx512ContractTest extends CpuContract {

    Avx512ContractTest() {
        super(CpuTier.AVX512);
    }
}
