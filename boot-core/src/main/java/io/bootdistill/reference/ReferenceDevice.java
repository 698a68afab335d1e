package io.bootdistill.reference;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.OutOfDeviceMemoryException;

/** The plain-Java device. */
final class ReferenceDevice implements Device {

    static final String NAME = "reference";

    private static final long LARGEST_ARRAY = Integer.MAX_VALUE - 8L;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "reference (plain Java, float64, one thread)";
    }

    @Override
    public DeviceMemory allocate(long floats) {
        if (floats > LARGEST_ARRAY) {
            throw new OutOfDeviceMemoryException(NAME, floats * Double.BYTES);
        }
        try {
            return new ReferenceMemory(floats);
        } catch (OutOfMemoryError e) {
            throw new OutOfDeviceMemoryException(NAME, floats * Double.BYTES);
        }
    }

    @Override
    public Kernels openKernels() {
        return new ReferenceKernels();
    }

    /** Arithmetic is float64. */
    @Override
    public double errorFactor(Kernel kernel) {
        return 0;
    }
}
