package io.bootdistill.examples;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import java.util.concurrent.atomic.AtomicLong;

/** A device that counts the memory asked of it. */
final class MeteredDevice implements Device {

    private final Device device;
    private final AtomicLong floats = new AtomicLong();

    MeteredDevice(Device device) {
        this.device = device;
    }

    /** Bytes allocated since the last call. */
    long takeBytes() {
        return 4 * floats.getAndSet(0);
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public String description() {
        return device.description();
    }

    @Override
    public double errorFactor(Kernel kernel) {
        return device.errorFactor(kernel);
    }

    @Override
    public boolean supports(Kernel kernel) {
        return device.supports(kernel);
    }

    @Override
    public DeviceMemory allocate(long count) {
        DeviceMemory memory = device.allocate(count);
        floats.addAndGet(count);
        return memory;
    }

    @Override
    public long availableBytes() {
        return device.availableBytes();
    }

    @Override
    public int workers(int wanted) {
        return device.workers(wanted);
    }

    @Override
    public Kernels openKernels() {
        return device.openKernels();
    }
}
