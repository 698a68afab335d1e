package io.bootdistill.examples;

import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C as a request: the JVM, once interrupted, waits until the command has stopped in order and closed this. It then exits
 * with the signal's code, 130 for Ctrl-C.
 */
final class StopRequest implements AutoCloseable {

    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook;
    private volatile boolean requested;

    StopRequest(PrintWriter err) {
        hook = new Thread(() -> {
            requested = true;
            err.println("\nboot: stopping after the current step …");
            await();
        }, "boot-stop");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void await() {
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the user wants to stop. */
    boolean isRequested() {
        return requested;
    }

    /** The command has stopped and said all it had to say. */
    @Override
    public void close() {
        done.countDown();
        if (!requested) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                return; // the JVM is shutting down, and no longer waits
            }
        }
    }
}
