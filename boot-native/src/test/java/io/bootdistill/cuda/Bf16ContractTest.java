package io.bootdistill.cuda;

class Bf16ContractTest extends CudaContract {

    Bf16ContractTest() {
        super(CudaPrecision.BF16);
    }
}
