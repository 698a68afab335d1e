package io.bootdistill.internal.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("fast")
class WorkerPoolTest {

    @Test
    void everyTaskRunsOnceInEveryJob() {
        for (int workers : new int[] {1, 2, 5}) {
            try (WorkerPool pool = new WorkerPool(workers)) {
                for (int job = 0; job < 200; job++) {
                    int count = job % 17;
                    AtomicIntegerArray runs = new AtomicIntegerArray(17);
                    pool.run(count, (worker, task) -> {
                        assertTrue(worker >= 0 && worker < workers);
                        runs.incrementAndGet(task);
                    });
                    for (int task = 0; task < 17; task++) {
                        assertEquals(task < count ? 1 : 0, runs.get(task));
                    }
                }
            }
        }
    }

    /** The latency of one image is not that of waking a thread, nor does its memory wander between cores. */
    @Test
    void aSingleTaskIsTheCallers() {
        try (WorkerPool pool = new WorkerPool(4)) {
            Thread caller = Thread.currentThread();
            for (int job = 0; job < 100; job++) {
                pool.run(1, (worker, task) -> assertSame(caller, Thread.currentThread()));
                pool.run(5, (worker, task) -> Thread.yield());
            }
        }
    }

    @Test
    void failureReachesTheCallerAndThePoolGoesOn() {
        try (WorkerPool pool = new WorkerPool(3)) {
            IllegalStateException failure = new IllegalStateException("task 4");
            assertSame(failure, assertThrows(IllegalStateException.class, () -> pool.run(100, (worker, task) -> {
                if (task == 4) {
                    throw failure;
                }
            })));
            AtomicInteger runs = new AtomicInteger();
            pool.run(10, (worker, task) -> runs.incrementAndGet());
            assertEquals(10, runs.get());
        }
    }

    @Test
    @Timeout(30)
    void nothingThatATaskThrowsStopsAWorker() {
        try (WorkerPool pool = new WorkerPool(3)) {
            Exception checked = new java.io.IOException("checked");
            RuntimeException shared = new RuntimeException("the same from all");
            for (int round = 0; round < 50; round++) {
                assertSame(checked, assertThrows(java.io.IOException.class, () -> pool.run(9, (worker, task) -> sneak(checked))));
                assertSame(shared, assertThrows(RuntimeException.class, () -> pool.run(9, (worker, task) -> {
                    if (worker > 0) {
                        Thread.currentThread().interrupt();
                    }
                    throw shared;
                })));
            }
            AtomicInteger runs = new AtomicInteger();
            pool.run(100, (worker, task) -> runs.incrementAndGet());
            assertEquals(100, runs.get());
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable e) throws E {
        throw (E) e;
    }

    @Test
    void closedPoolIsRefused() {
        WorkerPool pool = new WorkerPool(2);
        pool.close();
        assertThrows(IllegalStateException.class, () -> pool.run(1, (worker, task) -> {}));
        assertThrows(IllegalArgumentException.class, () -> new WorkerPool(0));
    }
}
