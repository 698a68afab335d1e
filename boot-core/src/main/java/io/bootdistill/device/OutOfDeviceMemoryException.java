package io.bootdistill.device;

import io.bootdistill.error.BootDistillException;

/** The device could not provide the memory that was asked for. */
public final class OutOfDeviceMemoryException extends BootDistillException {

    private static final long serialVersionUID = 1;

    public OutOfDeviceMemoryException(String device, long bytes) {
        super("device " + device + " could not allocate " + bytes + " bytes; use a smaller batch or block");
    }

    /** Where a kernel's scratch memory could not be had. */
    public OutOfDeviceMemoryException(String device) {
        super("device " + device + " could not allocate scratch memory; use a smaller batch or block");
    }
}
