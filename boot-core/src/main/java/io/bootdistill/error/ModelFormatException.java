package io.bootdistill.error;

import org.jspecify.annotations.Nullable;

/**
 * A file cannot be used: it cannot be read, is damaged, or holds something that is not supported. The message names the file,
 * the entry in it, what is wrong and what to do. The cause, where there is one, is what the file system or a parser said.
 */
public final class ModelFormatException extends BootDistillException {

    private static final long serialVersionUID = 1;

    public ModelFormatException(String message) {
        super(message);
    }

    /** @param cause null where there is none */
    public ModelFormatException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
