package io.bootdistill;

/**
 * Stops runs from outside: given to a trainer before its run, it can be told to stop by any thread, at any time. The run ends
 * within a step, with a checkpoint where it has a folder, and returns what it has trained so far. A handle that has been told
 * stays so: it stops every run that is given it. Thread-safe.
 */
public final class RunHandle {

    private volatile boolean stopped;

    /** A handle that has not been told to stop. */
    public RunHandle() {}

    /** Asks its runs to stop after their present step. */
    public void stop() {
        stopped = true;
    }

    /** Whether it has been told to stop. */
    public boolean isStopped() {
        return stopped;
    }
}
