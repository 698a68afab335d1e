package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.selftest.DeviceContract;

/** The cpu device keeps the contract, with each instruction set. */
abstract class CpuContract extends DeviceContract {

    private final CpuDevice device;

    CpuContract(CpuTier tier) {
        device = NativeBuild.device(tier);
    }

    @Override
    protected Device device() {
        return device;
    }
}
