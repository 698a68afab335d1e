package io.bootdistill.format;

/** A model file cannot be used. The message names the file, the entry in it, what is wrong and what to do. */
public final class ModelFormatException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public ModelFormatException(String message) {
        super(message);
    }

    public ModelFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
