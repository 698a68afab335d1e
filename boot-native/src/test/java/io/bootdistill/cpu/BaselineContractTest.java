package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceContract;

/** The portable kernels keep the contract. */
class BaselineContractTest extends DeviceContract {

    private final CpuDevice device = NativeBuild.device(CpuTier.BASELINE);

    @Override
    protected Device device() {
        return device;
    }
}
