package io.bootdistill.internal.device;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Owns what lives outside the heap: memory, kernels, plans, threads. Closes it in reverse order, all of it, whatever fails.
 * A constructor that allocates several things gives them to a scope and calls {@link #closeAfter} where it fails half-way. For one
 * thread, but for closing: of several that do, one closes, and the others wait until all is closed.
 */
public final class Scope implements AutoCloseable {

    private final Deque<AutoCloseable> owned = new ArrayDeque<>();

    /** Owns nothing yet. */
    public Scope() {}

    /** Takes over the ownership of a resource and returns it. */
    public <T extends AutoCloseable> T own(T resource) {
        owned.push(resource);
        return resource;
    }

    /** Closes everything after a failure, to which failures of closing are added as suppressed. */
    public void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }

    /** Closes everything; the first failure is thrown at the end. Closing twice does nothing. */
    @Override
    public synchronized void close() {
        Throwable failure = null;
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Throwable e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw failure instanceof RuntimeException runtime ? runtime : new IllegalStateException(failure);
        }
    }
}
