package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceContract;
import io.bootdistill.device.OperationCase;

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

    /**
     * Winograd's F(4×4, 3×3) evaluates polynomials at 0, ±1, ±2: sums of terms up to some ten times larger than the result
     * cancel, in each of the transforms. See {@link WinogradErrorTest} for how much that is.
     */
    @Override
    protected double toleranceFactor(OperationCase operation) {
        return operation.operation().startsWith("conv") ? 4 : 1;
    }
}
