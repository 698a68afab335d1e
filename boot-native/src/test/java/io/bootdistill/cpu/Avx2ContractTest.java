package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceContract;

/** The AVX2+FMA kernels keep the contract. */
class Avx2ContractTest extends DeviceContract {

    private final CpuDevice device = NativeBuild.device(CpuTier.AVX2);

    @Override
    protected Device device() {
        return device;
    }
}
