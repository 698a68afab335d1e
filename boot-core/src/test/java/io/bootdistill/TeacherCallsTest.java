package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.diffusion.DrawRequest;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A pipeline is closed while another thread is in one of its kernels. */
@Timeout(120)
@Tag("fast")
class TeacherCallsTest {

    /** Keeps the memory, counts the calls of kernels, and lets one of them wait until it may go on. */
    private static final class HaltingDevice extends KeepingDevice {

        private final AtomicLong calls = new AtomicLong();
        private final CountDownLatch isInside = new CountDownLatch(1);
        private final CountDownLatch mayGoOn = new CountDownLatch(1);
        private volatile long halting = -1;

        HaltingDevice() {
            super(Devices.named("reference"));
        }

        @Override
        protected Object call(Kernels kernels, Method method, Object[] arguments) throws Throwable {
            if (calls.incrementAndGet() == halting) {
                isInside.countDown();
                mayGoOn.await();
            }
            return super.call(kernels, method, arguments);
        }
    }

    /** What a thread does with a teacher. */
    private enum Use {
        PIXELS,
        SAMPLER;

        float[] of(Teacher teacher) {
            return this == PIXELS ? teacher.pixels(DrawRequest.ofCount(1).withSteps(2).withSeed(5), null)
                    : Sampler.reference(teacher, 2).sample(new long[] {5}, null);
        }
    }

    @TempDir
    Path temp;

    private final HaltingDevice device = new HaltingDevice();

    /** In a step of drawing, in the last kernels of the decoder, in the reference sampler: what was begun is done. */
    @ParameterizedTest
    @CsvSource({"PIXELS, 0.5", "PIXELS, 1", "SAMPLER, 0.5"})
    void closingWaits(Use use, double where) throws Exception {
        Teacher teacher = KindsOfTeachers.LDM.load(temp.resolve("teacher"), "v_prediction", device);
        float[] expected = use.of(teacher);
        long before = device.calls.get();
        assertArrayEquals(expected, use.of(teacher));
        long calls = device.calls.get() - before;
        device.halting = device.calls.get() + Math.round(where * calls);
        CompletableFuture<float[]> found = CompletableFuture.supplyAsync(() -> use.of(teacher));
        device.isInside.await();
        Thread closing = new Thread(teacher::close);
        closing.start();
        while (closing.getState() == Thread.State.NEW || closing.getState() == Thread.State.RUNNABLE) {
            Thread.onSpinWait();
        }
        assertTrue(closing.isAlive(), "closing waits");
        device.mayGoOn.countDown();
        assertArrayEquals(expected, found.get());
        closing.join();
        device.requireClosed();
    }

    @ParameterizedTest
    @EnumSource(Use.class)
    void laterCallsAreRefused(Use use) throws Exception {
        Teacher teacher = KindsOfTeachers.LDM.load(temp.resolve("teacher"), "v_prediction", device);
        teacher.close();
        teacher.close();
        assertEquals("the teacher is closed", assertThrows(IllegalStateException.class, () -> use.of(teacher)).getMessage());
    }

    @Test
    void aClosedTeacherIsNotSaved() throws Exception {
        Teacher teacher = KindsOfTeachers.LDM.load(temp.resolve("teacher"), "v_prediction", device);
        teacher.close();
        assertEquals("the teacher is closed", assertThrows(
                IllegalStateException.class, () -> teacher.save(temp.resolve("saved"))).getMessage());
    }
}
