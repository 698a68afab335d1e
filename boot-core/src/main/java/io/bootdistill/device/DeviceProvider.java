package io.bootdistill.device;

/** How a module offers a device; found by {@link java.util.ServiceLoader}. */
public interface DeviceProvider {

    /** The device's name. */
    String name();

    /** Higher is preferred: reference 0, cpu 10, cuda 20. */
    int priority();

    /**
     * Opens the device.
     *
     * @throws DeviceUnavailableException with the reason, as a sentence for the user, and what would change it
     */
    Device open() throws DeviceUnavailableException;
}
