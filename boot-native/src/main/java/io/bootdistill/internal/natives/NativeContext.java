package io.bootdistill.internal.natives;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;

/** What the families of kernels share: the native context, the addresses of operands, and what becomes of a status. */
public interface NativeContext extends Kernels {

    /**
     * The native context.
     *
     * @throws IllegalStateException if these kernels are closed
     */
    long context();

    /** Whose kernels they are. */
    NativeLibrary library();

    /** @throws RuntimeException that says what the status means, unless it is OK */
    default void requireOk(String operation, int status) {
        library().requireOk(operation, status);
    }

    /** The address of a slice that a kernel needs; refuses one that is too short, closed or of another device. */
    default long address(String operand, Slice slice, long needed) {
        slice.require(operand, needed);
        return NativeMemory.of(library(), operand, slice).address() + slice.offset() * Float.BYTES;
    }

    /** The address of a tensor that a kernel needs, checked as a slice is. */
    default long address(String operand, Tensor tensor, long rows, int channels) {
        tensor.require(operand, rows, channels);
        return address(operand, tensor.data(), 0);
    }

    /** The address of weights in the device's own form; 0 where it needs none, and where the call is to derive it. */
    default long prepared(Weights weights, long needed) {
        return needed == 0 ? 0 : optional("weights.prepared", weights.prepared(), needed);
    }

    /** The address of where weights in the device's own form go; 0 where it has none. */
    default long toPrepare(Weights weights, long needed) {
        if (needed > 0 && weights.prepared() == null) {
            throw new IllegalArgumentException(
                    "weights.prepared is null, must hold the " + needed + " floats of the prepared form");
        }
        return prepared(weights, needed);
    }

    /** 0 for null. */
    default long optional(String operand, Slice slice, long needed) {
        return slice == null ? 0 : address(operand, slice, needed);
    }

    /** 0 for null. */
    default long optional(String operand, Tensor tensor, long rows, int channels) {
        return tensor == null ? 0 : address(operand, tensor, rows, channels);
    }

    /** The distance of a tensor's rows; 0 for null. */
    static long stride(Tensor tensor) {
        return tensor == null ? 0 : tensor.stride();
    }
}
