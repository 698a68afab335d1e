package io.bootdistill.examples;

import io.bootdistill.error.BootDistillException;
import io.bootdistill.internal.file.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A command cannot do what it was asked for; the message says why and what to do. */
final class Failure extends RuntimeException {

    private static final long serialVersionUID = 1;

    Failure(String message) {
        super(message);
    }

    /** What the user is told of an exception. */
    static String describe(Throwable e) {
        if (e instanceof UncheckedIOException unchecked) {
            return AtomicFiles.reason(unchecked.getCause());
        }
        if (e instanceof IOException io) {
            return AtomicFiles.reason(io);
        }
        boolean expected = e instanceof Failure
                || e instanceof BootDistillException
                || e instanceof IllegalArgumentException
                || e instanceof UnsupportedOperationException;
        if (expected && e.getMessage() != null) {
            return e.getMessage();
        }
        return "internal error, please report it with the output of --verbose: " + e;
    }
}
