package io.bootdistill.examples.ablation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.TinyTeacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs side by side. */
final class AblationTest {

    @TempDir
    private Path folder;

    /** The table is written to a temporary name and renamed while another run looks for the reference samples. */
    @Test
    @Timeout(120)
    void runsAreFoundWhileFilesComeAndGo() throws Exception {
        Path run = Files.createDirectories(folder.resolve("6-steps/defaults"));
        AtomicBoolean done = new AtomicBoolean();
        FutureTask<Void> writing = new FutureTask<>(() -> {
            Path temporary = folder.resolve("ablation.md.tmp-1");
            while (!done.get()) {
                Files.createFile(temporary);
                Files.delete(temporary);
            }
            return null;
        });
        new Thread(writing).start();
        try {
            for (int i = 0; i < 5_000; i++) {
                assertEquals(List.of(run), Ablation.runs(folder));
            }
        } finally {
            done.set(true);
            writing.get();
        }
    }

    /** Who waits for the runs is interrupted: they stop after their step, and no thread is left. */
    @Test
    @Timeout(120)
    void interruptedAblationEndsItsRuns() throws Exception {
        Path teacher = folder.resolve("teacher");
        TinyTeacher.write(teacher, "v_prediction");
        Path recipes = folder.resolve("recipes.json");
        Files.writeString(recipes, "{\"defaults\": {\"work\": {\"batch\": 4}}, \"euler\": {\"work\": {\"batch\": 4},"
                + " \"phases\": [{\"objective\": {\"bootstrap\": {\"solver\": \"EULER\"}}}]}}");
        Device device = Devices.named("reference");
        CountDownLatch running = new CountDownLatch(2);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<Throwable> end = new AtomicReference<>();
        AtomicBoolean interrupted = new AtomicBoolean();
        Subject subject = new Subject(teacher, device, DistillationConfig.builder().build(), null);
        Setting setting =
                new Setting(0, 4, device.description(), 2, 1, FileKey.ofTeacher(teacher), null, null, null, null);
        Gauge gauge = new ImageGauge(4, new int[] {0, 1, 2}, subject.defaults().guidance(), -1, null);
        Thread waiting = new Thread(() -> {
            try {
                new Ablation(folder.resolve("out"), subject, setting, gauge, stop::get, line -> {
                    if (line.contains("steps 0 to")) {
                        threads.add(Thread.currentThread());
                        running.countDown();
                    }
                }).run(Recipes.read(recipes), List.of(new Budget(1_000_000, false)), 0, 2);
            } catch (Throwable e) {
                end.set(e);
                interrupted.set(Thread.currentThread().isInterrupted());
            }
        });
        waiting.start();
        try {
            assertTrue(running.await(60, TimeUnit.SECONDS));
            waiting.interrupt();
            waiting.join();
            assertInstanceOf(CancellationException.class, end.get());
            assertTrue(interrupted.get(), "whoever interrupted is heard");
            assertEquals(2, threads.size());
            for (Thread thread : threads) {
                thread.join(5_000);
                assertFalse(thread.isAlive(), "still runs");
            }
        } finally {
            stop.set(true);
        }
    }
}
