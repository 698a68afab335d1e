package io.bootdistill.reference;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceProvider;

/** Offers the reference device; found by {@link java.util.ServiceLoader}. */
public final class ReferenceDeviceProvider implements DeviceProvider {

    @Override
    public String name() {
        return ReferenceDevice.NAME;
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public Device open() {
        return new ReferenceDevice();
    }
}
