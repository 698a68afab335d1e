package io.bootdistill.internal.work;

import io.bootdistill.device.Captured;
import io.bootdistill.device.Kernels;

/** Calls of a step that are captured by the device the first time, where they can be, and replayed from then on. */
public final class Replay implements AutoCloseable {

    private final Kernels kernels;
    private final Runnable calls;
    private Captured captured;
    private boolean allowed;

    /** @param kernels that all calls go to, where they are captured */
    public Replay(Kernels kernels, Runnable calls) {
        this.kernels = kernels;
        this.calls = calls;
    }

    /** Whether the next calls can be captured. */
    public void allow(boolean allowed) {
        this.allowed = allowed;
    }

    public void run() {
        if (captured != null) {
            captured.replay();
        } else if (allowed) {
            captured = kernels.capture(calls);
        } else {
            calls.run();
        }
    }

    /** The next calls are others. */
    public void forget() {
        if (captured != null) {
            captured.close();
            captured = null;
        }
    }

    @Override
    public void close() {
        forget();
    }
}
