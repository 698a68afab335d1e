package io.bootdistill.internal.work;

import java.util.concurrent.locks.ReentrantReadWriteLock.ReadLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/** Those that use a thing, any number at once, which is closed when none does: closing waits. Thread-safe. */
public final class Users implements AutoCloseable {

    private final String owner;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean isClosed;

    /** @param owner of what is used, for the message of one that is closed: "the teacher" */
    public Users(String owner) {
        this.owner = owner;
    }

    /** An action that may fail to read or write. */
    @FunctionalInterface
    public interface Action<R extends @Nullable Object, E extends Exception> {
        R run() throws E;
    }

    /**
     * Runs an action while the owner is open, which it stays until the end. An action may run others.
     *
     * @throws IllegalStateException if it is closed
     */
    public <R extends @Nullable Object, E extends Exception> R whileOpen(Action<R, E> action) throws E {
        Use use = use();
        try {
            return action.run();
        } finally {
            use.close();
        }
    }

    /** A time in which the owner stays open. Ends on the thread on which it began. */
    public interface Use extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Begins a use, which whoever called ends.
     *
     * @throws IllegalStateException if the owner is closed
     */
    public Use use() {
        ReadLock user = lock.readLock();
        boolean isOpen = user.tryLock(); // also beside one who waits to close: it may be another thread of an action that runs
        if (isOpen && !isClosed) {
            return user::unlock;
        }
        if (isOpen) {
            user.unlock();
        }
        throw new IllegalStateException(owner + " is closed");
    }

    /**
     * Waits for all users, and refuses later ones. Closing twice does nothing.
     *
     * @throws IllegalStateException on a thread that uses it, which would wait for itself
     */
    @Override
    public void close() {
        if (lock.getReadHoldCount() > 0) {
            throw new IllegalStateException(owner + " cannot be closed by what uses it");
        }
        lock.writeLock().lock();
        isClosed = true;
        lock.writeLock().unlock();
    }
}
