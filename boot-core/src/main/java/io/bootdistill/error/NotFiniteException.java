package io.bootdistill.error;

/**
 * What networks have made is not finite, though their weights are. The message says where that was seen first, and what to try.
 */
public final class NotFiniteException extends BootDistillException {

    private static final long serialVersionUID = 1;

    public NotFiniteException(String message) {
        super(message);
    }
}
