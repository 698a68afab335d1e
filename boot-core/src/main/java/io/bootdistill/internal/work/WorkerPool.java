package io.bootdistill.internal.work;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fixed set of threads that share the tasks of one job at a time; the caller takes part as worker 0. Which worker runs
 * which task is left to chance, so nothing that a task computes may depend on it.
 */
public final class WorkerPool implements AutoCloseable {

    /** One piece of a job. */
    @FunctionalInterface
    public interface Task {
        void run(int worker, int task);
    }

    private final Thread[] threads;
    private final AtomicInteger next = new AtomicInteger();
    private Task job;
    private int tasks;
    private long generation;
    private int helpers;
    private int busy;
    private Throwable failure;
    private boolean closed;

    public WorkerPool(int workers) {
        if (workers < 1) {
            throw new IllegalArgumentException("workers is " + workers + ", must be at least 1");
        }
        threads = new Thread[workers - 1];
        for (int i = 0; i < threads.length; i++) {
            int worker = i + 1;
            threads[i] = new Thread(() -> serve(worker), "boot-worker-" + worker);
            threads[i].setDaemon(true);
            threads[i].start();
        }
    }

    /** Runs tasks 0 … count − 1; returns when all are done. A failed task fails the job, after the others have stopped. */
    public void run(int count, Task task) {
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("the worker pool is closed");
            }
            job = task;
            tasks = count;
            next.set(0);
            failure = null;
            helpers = Math.max(0, Math.min(threads.length, count - 1)); // a single task is the caller's
            busy = helpers;
            generation++;
            if (helpers > 0) {
                notifyAll();
            }
        }
        work(0, task, count);
        Throwable found;
        synchronized (this) {
            boolean interrupted = false;
            while (busy > 0) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true; // the job's memory is in use: finish first
                }
            }
            job = null;
            found = failure;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (found != null) {
            WorkerPool.<RuntimeException>rethrow(found);
        }
    }

    /** Throws what a task threw, as it is: other JVM languages throw checked exceptions where Java would not. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void rethrow(Throwable failure) throws E {
        throw (E) failure;
    }

    private void work(int worker, Task task, int count) {
        try {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                task.run(worker, i);
            }
        } catch (Throwable e) { // every worker must come back, or the job would never end
            next.set(count);
            synchronized (this) {
                if (failure == null) {
                    failure = e;
                } else if (failure != e) {
                    failure.addSuppressed(e);
                }
            }
        }
    }

    private void serve(int worker) {
        long seen = 0;
        while (true) {
            Task task;
            int count;
            synchronized (this) {
                while (generation == seen && !closed) {
                    try {
                        wait();
                    } catch (InterruptedException e) {
                        continue; // a task's own interrupt; the pool ends by close
                    }
                }
                if (closed) {
                    return;
                }
                seen = generation;
                if (worker > helpers) {
                    continue;
                }
                task = job;
                count = tasks;
            }
            work(worker, task, count);
            synchronized (this) {
                busy--;
                notifyAll();
            }
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
