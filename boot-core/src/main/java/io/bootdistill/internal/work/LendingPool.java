package io.bootdistill.internal.work;

import io.bootdistill.internal.device.Scope;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * At most so many things of a kind, each lent to one user at a time and opened when first needed. Users that wait are served in
 * the order of their coming. Thread-safe.
 *
 * @param <T> what is lent
 */
public final class LendingPool<T extends AutoCloseable> implements AutoCloseable {

    private final String owner;
    private final int most;
    private final Supplier<T> opener;
    private final Semaphore places;
    private final Deque<T> free = new ArrayDeque<>();
    private volatile boolean closed;

    /**
     * @param owner of the pool, for the message of one that is closed: "the student"
     * @param opener called by several threads
     */
    public LendingPool(String owner, int most, Supplier<T> opener) {
        this.owner = owner;
        this.most = most;
        this.opener = opener;
        places = new Semaphore(most, true);
    }

    /** The most things that are open at a time. */
    public int most() {
        return most;
    }

    /**
     * Waits for a thing, which is to be given back.
     *
     * @throws IllegalStateException if the pool is closed, or is while waiting
     */
    public T take() {
        hold(1);
        return opened();
    }

    /** A thing that nobody has and nobody waits for, which is to be given back; null where there is none. */
    public T takeFree() {
        return !closed && !isAwaited() && places.tryAcquire() ? opened() : null;
    }

    /** Whoever has a place finds a thing that is free, or may open one. */
    private T opened() {
        try {
            T known;
            synchronized (free) {
                known = free.poll();
            }
            return known != null ? known : opener.get();
        } catch (RuntimeException | Error e) {
            places.release();
            throw e;
        }
    }

    public void giveBack(T thing) {
        synchronized (free) {
            free.push(thing);
        }
        places.release();
    }

    /** Whether somebody waits: users of several things then give some back. */
    public boolean isAwaited() {
        return places.hasQueuedThreads();
    }

    /**
     * Waits until so many things are not in use, and keeps them so until {@link #release}: 1 keeps the pool open, all of them
     * keep its users out.
     *
     * @throws IllegalStateException if the pool is closed, or is while waiting
     */
    public void hold(int count) {
        requireOpen();
        places.acquireUninterruptibly(count);
        try {
            requireOpen();
        } catch (IllegalStateException e) {
            places.release(count);
            throw e;
        }
    }

    public void release(int count) {
        places.release(count);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(owner + " is closed");
        }
    }

    /** Refuses new users at once, waits for those that have something, and closes all things. Closing twice does nothing. */
    @Override
    public void close() {
        closed = true;
        places.acquireUninterruptibly(most);
        try (Scope scope = new Scope()) {
            synchronized (free) {
                free.forEach(scope::own);
                free.clear();
            }
        } finally {
            places.release(most);
        }
    }
}
