package io.bootdistill.selftest;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import org.junit.jupiter.api.Tag;

/**
 * The reference device keeps the contract, too. It agrees with itself, of course; what this checks is the rest: memory that is
 * left alone, refusals, independence of the batch. Its values are checked by {@link GradientTest} and by the identities.
 */
@Tag("fast")
class ReferenceContractTest extends DeviceContract {

    @Override
    protected Device device() {
        return Devices.named("reference");
    }
}
