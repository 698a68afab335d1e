package io.bootdistill.examples;

import io.bootdistill.RunHandle;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.jline.utils.Signals;

/**
 * Ctrl-C, and what else asks a process to end, as a request: the command stops in order, with the signal's exit code. A second
 * signal ends it at once.
 */
final class StopRequest implements AutoCloseable {

    /** Signals, and their exit codes. */
    private static final Map<String, Integer> SIGNALS = Map.of("HUP", 129, "INT", Boot.STOPPED, "TERM", 143);

    private final RunHandle handle = new RunHandle();
    private final Map<String, Object> handlers = new HashMap<>();
    private volatile int code = Boot.STOPPED;

    StopRequest(PrintWriter err) {
        SIGNALS.forEach((signal, exit) -> handlers.put(signal, Signals.register(signal, () -> {
            if (handle.isStopped()) {
                Runtime.getRuntime().halt(exit);
            }
            code = exit;
            handle.stop();
            err.println("\nboot: stopping after the current step; once more stops at once …");
        })));
    }

    /** What it stops. */
    RunHandle handle() {
        return handle;
    }

    /** Whether the user wants to stop. */
    boolean isRequested() {
        return handle.isStopped();
    }

    /** @throws CancellationException if the user wants to stop */
    void requireGoingOn() {
        if (isRequested()) {
            throw new CancellationException("stopped");
        }
    }

    /** The exit code of a command that was stopped. */
    int code() {
        return code;
    }

    /** The command has stopped and said all it had to say. */
    @Override
    public void close() {
        handlers.forEach(Signals::unregister);
    }
}
