package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.diffusion.DrawRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Threads load, sample, predict and close the same few teachers at random: each call gives the bits that a teacher of one's own
 * gives, or says that it is closed. {@code -Dstress.seconds=60} for longer than 5 seconds.
 */
public abstract class CallsUnderStress {

    private static final int THREADS = 8;

    /** Fewer than threads, so that most calls meet another's. */
    private static final int SHARED = 2;

    private final AtomicReferenceArray<Teacher> shared = new AtomicReferenceArray<>(SHARED);
    private final AtomicLong answers = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();

    @TempDir
    Path folder;

    /** The device under test. */
    protected abstract Device device();

    @Test
    @Timeout(600)
    void everyCallIsAnsweredOrRefused() throws Exception {
        TinyTeacher.write(folder, "epsilon");
        float[][] expected = new float[3][];
        try (Teacher own = Teacher.load(folder, device())) {
            for (int use = 0; use < expected.length; use++) {
                expected[use] = use(own, use);
            }
        }
        for (int i = 0; i < SHARED; i++) {
            shared.set(i, Teacher.load(folder, device()));
        }
        long end = System.nanoTime() + Duration.ofSeconds(Long.getLong("stress.seconds", 5)).toNanos();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> all = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            Random random = new Random(thread);
            all.add(threads.submit(() -> {
                while (System.nanoTime() < end) {
                    act(random, expected);
                }
            }));
        }
        threads.shutdown();
        for (Future<?> one : all) {
            one.get();
        }
        for (int i = 0; i < SHARED; i++) {
            shared.get(i).close();
        }
        assertTrue(answers.get() > 0 && refusals.get() > 0, answers + " answers and " + refusals + " refusals: both must occur");
    }

    /** One of eight acts puts another teacher in the place of one, which may be in use, and closes that; the others use one. */
    private void act(Random random, float[][] expected) {
        int place = random.nextInt(SHARED);
        if (random.nextInt(8) == 0) {
            shared.get(place).close(); // where others find it until it is replaced
            shared.getAndSet(place, Teacher.load(folder, device())).close();
            return;
        }
        int use = random.nextInt(expected.length);
        float[] found;
        try {
            found = use(shared.get(place), use);
        } catch (IllegalStateException e) {
            assertEquals("the teacher is closed", e.getMessage());
            refusals.incrementAndGet();
            return;
        }
        assertArrayEquals(expected[use], found);
        answers.incrementAndGet();
    }

    private static float[] use(Teacher teacher, int use) {
        if (use == 0) {
            return Sampler.reference(teacher, 2).sample(new long[] {5, 6}, new int[] {0, 1});
        }
        if (use == 1) {
            return teacher.pixels(DrawRequest.ofLabels(1).withSteps(2).withSeed(5), null);
        }
        float[] f = new float[teacher.shape().size()];
        teacher.predict(1, new float[f.length], new double[] {0.5}, new float[] {1}, f);
        return f;
    }
}
