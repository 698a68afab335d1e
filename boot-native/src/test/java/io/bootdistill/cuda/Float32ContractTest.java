package io.bootdistill.cuda;

class Float32ContractTest extends CudaContract {

    Float32ContractTest() {
        super(CudaPrecision.FLOAT32);
    }
}
