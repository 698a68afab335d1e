package io.bootdistill.device;

/** Calls that can be carried out again, in the context that has captured them: see {@link Kernels#capture}. */
public interface Captured extends AutoCloseable {

    /** Carries them out on what is in device memory now. */
    void replay();

    @Override
    void close();
}
