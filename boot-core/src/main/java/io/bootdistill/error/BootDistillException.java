package io.bootdistill.error;

import org.jspecify.annotations.Nullable;

/**
 * The library cannot do what it was asked for, though nothing is wrong with the call itself. The message says what is wrong and
 * what would change it. One clause catches all of them:
 *
 * <ul>
 *   <li>{@link ModelFormatException}: a file cannot be read, is damaged, or holds something that is not supported;
 *   <li>{@link io.bootdistill.device.OutOfDeviceMemoryException}: the device has too little memory;
 *   <li>{@link NotFiniteException}: what is drawn is no longer finite;
 *   <li>{@link io.bootdistill.TrainingDivergedException}: the loss of a run is no longer finite.
 * </ul>
 *
 * <p>What it does not cover: a bad argument is an {@link IllegalArgumentException}, a call on something closed or not ready an
 * {@link IllegalStateException}, and a method that writes files declares {@link java.io.IOException}.
 */
public abstract class BootDistillException extends RuntimeException {

    private static final long serialVersionUID = 1;

    protected BootDistillException(String message) {
        super(message);
    }

    /** @param cause null where there is none */
    protected BootDistillException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
