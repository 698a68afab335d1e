package io.bootdistill.device;

/**
 * The operations of a device, in one execution context: calls are carried out in order, a context serves one thread at a
 * time, and contexts of one device may share memory as long as no range is written by one and used by another at the same
 * time. The package page holds the conventions that all operations share.
 *
 * <p>Every operation refuses operands that are too short or of other channels ({@link IllegalArgumentException}) and
 * closed memory ({@link IllegalStateException}) before it touches anything.
 *
 * <p>{@link Kernel} names them all. One that joins this interface later has a default that throws an
 * {@link UnsupportedKernelException}, so that devices of before still compile; {@link Device#supports} tells what they lack.
 */
public interface Kernels extends Transfers, NetworkKernels, MethodKernels, OptimiserKernels, AutoCloseable {

    /**
     * Makes some calls of these kernels now, and returns what carries them out again: recorded and started as a whole where
     * the device can do that, else by making the calls again. So the calls are the same each time, with what changes in
     * device memory, and they transfer nothing.
     */
    default Captured capture(Runnable calls) {
        calls.run();
        return new Captured() {
            @Override
            public void replay() {
                calls.run();
            }

            @Override
            public void close() {} // nothing was recorded
        };
    }

    @Override
    void close();
}
