package io.bootdistill.device;

/** A place where kernels run. Thread-safe. */
public interface Device {

    /** The short name that configuration uses: {@code reference}, {@code cpu}. */
    String name();

    /** One line for a person: what it is and what it uses, for example {@code cpu (AVX2+FMA)}. */
    String description();

    /**
     * Allocates memory filled with zeros.
     *
     * @param floats number of float32 values, at least 1
     * @throws IllegalArgumentException if {@code floats} is below 1
     * @throws OutOfDeviceMemoryException if the device has not enough memory
     */
    DeviceMemory allocate(long floats);

    /**
     * Bytes that it can still give, about: what is free now where that is known, else what it has; {@link Long#MAX_VALUE} where
     * neither is known. Others may take some of them at any time.
     */
    default long availableBytes() {
        return Long.MAX_VALUE;
    }

    /** How many of so many workers, with a context each, can be at work at the same time. */
    default int workers(int wanted) {
        return wanted;
    }

    /** Opens an execution context. A context serves one thread at a time and is closed by its opener. */
    Kernels openKernels();

    /**
     * How many times the rounding error of plain float32 arithmetic an operation may have: 1; more where it multiplies in a
     * lower precision or by an algorithm that trades exactness for speed; 0 where only its results are rounded.
     *
     * @param kernel one that the device supports
     */
    double errorFactor(Kernel kernel);

    /** Whether the device has an operation; a model that needs one that it lacks is refused when it is made. */
    default boolean supports(Kernel kernel) {
        return true;
    }
}
