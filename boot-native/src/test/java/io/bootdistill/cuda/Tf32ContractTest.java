package io.bootdistill.cuda;

class Tf32ContractTest extends CudaContract {

    Tf32ContractTest() {
        super(CudaPrecision.TF32);
    }
}
