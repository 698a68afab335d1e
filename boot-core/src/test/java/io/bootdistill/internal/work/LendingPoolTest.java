package io.bootdistill.internal.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@Tag("fast")
class LendingPoolTest {

    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final LendingPool<AutoCloseable> pool = new LendingPool<>("the shop", 2, () -> {
        opened.incrementAndGet();
        return closed::incrementAndGet;
    });

    @Test
    void opensNoMoreThanItLends() {
        AutoCloseable first = pool.take();
        pool.giveBack(first);
        assertSame(first, pool.take());
        AutoCloseable second = pool.takeFree();
        assertNull(pool.takeFree());
        assertEquals(2, opened.get());
        pool.giveBack(first);
        pool.giveBack(second);
        pool.close();
        pool.close();
        assertEquals(2, closed.get());
    }

    @Test
    void servesInTheOrderOfComing() throws Exception {
        AutoCloseable one = pool.take();
        AutoCloseable other = pool.take();
        List<Integer> served = Collections.synchronizedList(new ArrayList<>());
        List<Thread> waiting = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int number = i;
            Thread thread = new Thread(() -> {
                AutoCloseable taken = pool.take();
                served.add(number);
                pool.giveBack(taken);
            });
            thread.start();
            while (thread.getState() != Thread.State.WAITING) {
                Thread.sleep(1);
            }
            waiting.add(thread);
        }
        assertTrue(pool.isAwaited());
        assertNull(pool.takeFree());
        pool.giveBack(one);
        for (Thread thread : waiting) {
            thread.join();
        }
        assertEquals(List.of(0, 1, 2, 3), served);
        assertFalse(pool.isAwaited());
        pool.giveBack(other);
    }

    @Test
    void closeWaitsForUsersAndRefusesThoseThatWait() throws Exception {
        AutoCloseable one = pool.take();
        AutoCloseable other = pool.take();
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> pool.giveBack(pool.take()));
        while (!pool.isAwaited()) {
            Thread.sleep(1);
        }
        Thread closing = new Thread(pool::close);
        closing.start();
        while (closing.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        assertEquals("the shop is closed", assertThrows(IllegalStateException.class, pool::take).getMessage());
        pool.giveBack(one);
        assertEquals(0, closed.get());
        assertTrue(closing.isAlive());
        pool.giveBack(other);
        closing.join();
        assertEquals(2, closed.get());
        assertTrue(assertThrows(CompletionException.class, waiting::join).getCause() instanceof IllegalStateException);
        assertThrows(IllegalStateException.class, pool::take);
        assertNull(pool.takeFree());
    }

    @Test
    void failureToOpenLeavesThePlace() {
        LendingPool<AutoCloseable> failing = new LendingPool<>("the shop", 1, () -> {
            throw new IllegalArgumentException("out of stock");
        });
        for (int i = 0; i < 3; i++) {
            assertThrows(IllegalArgumentException.class, failing::take);
        }
        failing.close();
    }
}
