package io.bootdistill.cpu;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.OutOfDeviceMemoryException;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;

/** Memory of the native allocator, and the addresses of what lies in it. */
final class CpuMemory extends DeviceMemory {

    private final long address;

    CpuMemory(long length) {
        super(length);
        long[] allocated = new long[1];
        int status = BootCpu.boot_allocate(length, allocated);
        if (status == BootCpu.BOOT_OUT_OF_MEMORY) {
            throw new OutOfDeviceMemoryException(CpuDevice.NAME, length * Float.BYTES);
        }
        CpuContext.requireOk("allocate", status);
        address = allocated[0];
    }

    @Override
    protected void free() {
        CpuContext.requireOk("free", BootCpu.boot_free(address));
    }

    /** The address of a slice that a kernel needs; refuses one that is too short, closed or of another device. */
    static long address(String operand, Slice slice, long needed) {
        slice.require(operand, needed);
        if (slice.memory() instanceof CpuMemory memory) {
            return memory.address + slice.offset() * Float.BYTES;
        }
        throw new IllegalArgumentException(operand + " lies in memory of another device ("
                + slice.memory().getClass().getSimpleName() + "), must be memory of the cpu device");
    }

    /** The address of a tensor that a kernel needs, checked likewise. */
    static long address(String operand, Tensor tensor, long rows, int channels) {
        tensor.require(operand, rows, channels);
        return address(operand, tensor.data(), 0);
    }

    /** The address of weights in the device's own form; 0 where it has none. */
    static long prepared(Weights weights, long needed) {
        if (needed == 0) {
            return 0;
        }
        if (weights.prepared() == null) {
            throw new IllegalArgumentException("weights has no prepared form, the kernel needs " + needed + " floats of it");
        }
        return address("weights.prepared", weights.prepared(), needed);
    }

    /** 0 for null. */
    static long optional(String operand, Slice slice, long needed) {
        return slice == null ? 0 : address(operand, slice, needed);
    }

    /** 0 for null. */
    static long optional(String operand, Tensor tensor, long rows, int channels) {
        return tensor == null ? 0 : address(operand, tensor, rows, channels);
    }

    /** The distance of a tensor's rows; 0 for null. */
    static long stride(Tensor tensor) {
        return tensor == null ? 0 : tensor.stride();
    }
}
