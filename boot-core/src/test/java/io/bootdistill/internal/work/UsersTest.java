package io.bootdistill.internal.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Closing waits for users, and for those who work for them on other threads; it never waits for itself. */
@Tag("fast")
final class UsersTest {

    private final Users users = new Users("the thing");

    @Test
    void anotherThreadMayWorkForAnActionWhileSomeoneWaitsToClose() {
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            Thread closer = new Thread(users::close);
            int found = users.whileOpen(() -> {
                closer.start();
                while (closer.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
                return CompletableFuture.supplyAsync(() -> users.whileOpen(() -> users.whileOpen(() -> 5))).get();
            });
            assertEquals(5, found);
            closer.join();
        });
        assertEquals("the thing is closed", assertThrows(
                IllegalStateException.class, () -> users.whileOpen(() -> 1)).getMessage());
    }

    @Test
    void whatUsesItCannotCloseIt() {
        assertTrue(assertThrows(IllegalStateException.class, () -> users.whileOpen(() -> {
            users.close();
            return 1;
        })).getMessage().startsWith("the thing cannot be closed by what uses it"));
        assertEquals(2, users.<Integer, RuntimeException>whileOpen(() -> 2));
        users.close();
        users.close();
    }
}
