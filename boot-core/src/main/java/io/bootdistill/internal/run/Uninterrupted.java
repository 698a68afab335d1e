package io.bootdistill.internal.run;

import java.io.IOException;

/**
 * Lets a run read and write its files though its thread is interrupted, which would close their channels. Afterwards, the thread
 * is interrupted as it was.
 */
public final class Uninterrupted {

    /** Work with files, which can be done once more where it was broken off. */
    @FunctionalInterface
    public interface Work {
        void run() throws IOException;
    }

    /** Work that finds something. */
    @FunctionalInterface
    public interface Search<T> {
        T run() throws IOException;
    }

    private Uninterrupted() {}

    /** Does the work, again where an interrupt has broken it off. */
    public static void run(Work work) throws IOException {
        call(() -> {
            work.run();
            return null;
        });
    }

    /** Does the work, again where an interrupt has broken it off. */
    public static <T> T call(Search<T> work) throws IOException {
        boolean isInterrupted = false;
        try {
            while (true) {
                isInterrupted |= Thread.interrupted();
                try {
                    return work.run();
                } catch (IOException | RuntimeException e) {
                    if (!Thread.currentThread().isInterrupted()) {
                        throw e;
                    }
                }
            }
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
