package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Phase;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.diffusion.Decoder;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.network.Mlp;
import io.bootdistill.objective.Bootstrap;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of a student side by side, and into arrays and buffers of the caller's. */
@Timeout(120)
@Tag("fast")
class StudentCallsTest {

    /** Counts the contexts that are open, and keeps the memory. */
    private static final class CountingDevice extends KeepingDevice {

        private final AtomicInteger contexts = new AtomicInteger();

        CountingDevice() {
            super(Devices.named("reference"));
        }

        @Override
        public Kernels openKernels() {
            contexts.incrementAndGet();
            return super.openKernels();
        }
    }

    private static final int WORKERS = 3;

    private final CountingDevice device = new CountingDevice();
    private final MixtureTeacher teacher = new MixtureTeacher(new FlowSchedule(), MixtureTeacher.ring(4, 1), 0.4, true);
    private Student student;

    @BeforeEach
    void train() throws Exception {
        student = student(WORKERS);
    }

    private Student student(int workers) throws Exception {
        DistillationConfig config = DistillationConfig.builder().batch(8).block(4).images(32)
                .workers(workers).heldOut(0).guidance(1, 4)
                .phases(Phase.of(Bootstrap.defaults().withRestartShare(0.5))).noCorrector().build();
        return new BootDistiller(teacher, new Mlp(2, 16, 1, 5), device).train(config);
    }

    /** Of 1 to 60 images, from seeds or noise, of several scales and steps. */
    private static List<SampleRequest> requests() {
        List<SampleRequest> requests = new ArrayList<>();
        for (int k = 0; k < 24; k++) {
            int n = k % 3 == 0 ? 1 : 1 + k * 59 / 23;
            long[] seeds = LongStream.range(100 * k, 100 * k + n).toArray();
            float[] noise = new float[2 * n];
            for (int i = 0; i < noise.length; i++) {
                noise[i] = (float) Math.sin(i + k);
            }
            int[] labels = new int[n];
            Arrays.setAll(labels, i -> i % 5);
            SampleRequest request = k % 2 == 0 ? SampleRequest.ofSeeds(seeds) : SampleRequest.ofNoise(noise);
            SampleRequest labelled = request.withLabels(labels).withGuidance(1 + k % 4).withSteps(1 + k % 3);
            requests.add(k % 5 == 0 ? labelled.withWorkers(1) : labelled);
        }
        return requests;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void callsSideBySideAreThoseInTurn(int workers) throws Exception {
        List<SampleRequest> requests = requests();
        List<float[]> expected = requests.stream().map(student::sample).toList();
        ExecutorService callers = Executors.newFixedThreadPool(8);
        try (Student tested = student(workers)) {
            int before = device.contexts.get();
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < 20 * requests.size(); i++) {
                int k = i % requests.size();
                calls.add(callers.submit(() -> assertArrayEquals(expected.get(k), tested.sample(requests.get(k)), "request " + k)));
            }
            for (Future<?> call : calls) {
                call.get();
            }
            int opened = device.contexts.get() - before;
            assertTrue(opened <= workers, workers + " workers opened " + opened + " contexts");
        } finally {
            callers.shutdown();
            student.close();
        }
        device.requireClosed();
    }

    /** Whether a call is done or refused, nobody finds memory that is gone. */
    @Test
    void closingWhileCallsRunWaitsOrRefuses() throws Exception {
        List<SampleRequest> requests = requests();
        List<float[]> expected = requests.stream().map(student::sample).toList();
        for (int round = 0; round < 10; round++) {
            Student tested = student(2);
            AtomicInteger done = new AtomicInteger();
            List<CompletableFuture<Boolean>> calls = new ArrayList<>();
            ExecutorService callers = Executors.newFixedThreadPool(6);
            for (int i = 0; i < 6; i++) {
                int first = i;
                calls.add(CompletableFuture.supplyAsync(() -> {
                    try {
                        for (int k = first; ; k = (k + 1) % requests.size()) {
                            assertArrayEquals(expected.get(k), tested.sample(requests.get(k)));
                            done.incrementAndGet();
                        }
                    } catch (IllegalStateException e) {
                        return e.getMessage().equals("the student is closed");
                    }
                }, callers));
            }
            while (done.get() < 20) {
                Thread.sleep(1);
            }
            tested.close();
            for (CompletableFuture<Boolean> call : calls) {
                assertTrue(call.join());
            }
            callers.shutdown();
        }
        student.close();
        device.requireClosed();
    }

    @Test
    void interruptedCallEndsAndKeepsTheInterrupt() {
        SampleRequest request = requests().get(23);
        float[] expected = student.sample(request);
        Thread.currentThread().interrupt();
        float[] found = student.sample(request);
        assertTrue(Thread.interrupted());
        assertArrayEquals(expected, found);
        student.close();
    }

    @Test
    void arraysAndBuffersGetTheSame() {
        SampleRequest request = requests().get(22);
        float[] expected = student.sample(request);
        float[] array = new float[expected.length];
        student.sample(request, array);
        assertArrayEquals(expected, array);
        FloatBuffer direct =
                ByteBuffer.allocateDirect(4 * (expected.length + 8)).order(ByteOrder.nativeOrder()).asFloatBuffer();
        for (FloatBuffer buffer : new FloatBuffer[] {direct, FloatBuffer.allocate(expected.length + 8)}) {
            buffer.position(5);
            student.sample(request, buffer);
            assertEquals(5 + expected.length, buffer.position());
            float[] found = new float[expected.length + 8];
            buffer.get(0, found);
            assertArrayEquals(expected, Arrays.copyOfRange(found, 5, 5 + expected.length));
            assertEquals(0, found[4]);
            assertEquals(0, found[5 + expected.length]);
        }
        student.close();
    }

    /** As an autoencoder's would: pictures of another shape than the signals. */
    @Test
    void decoderFromOutsideMakesThePictures() {
        SampleRequest request = requests().get(4);
        float[] signals = student.sample(request);
        Decoder bright = (shape, given) -> {
            assertEquals(student.shape(), shape);
            assertArrayEquals(signals, given);
            List<BufferedImage> images = new ArrayList<>();
            for (int i = 0; i < given.length; i += shape.size()) {
                BufferedImage image = new BufferedImage(4, 3, BufferedImage.TYPE_INT_RGB);
                image.setRGB(2, 1, Float.floatToIntBits(given[i]) & 0xffffff);
                images.add(image);
            }
            return images;
        };
        List<BufferedImage> images = student.images(request, bright);
        assertEquals(signals.length / 2, images.size());
        for (int i = 0; i < images.size(); i++) {
            assertEquals(Float.floatToIntBits(signals[2 * i]) & 0xffffff, images.get(i).getRGB(2, 1) & 0xffffff);
        }
        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> student.images(request, (shape, given) -> List.of()));
        assertEquals("the decoder made 0 images of " + images.size() + " signals", refused.getMessage());
        student.close();
    }

    @Test
    void wrongArgumentsAreRefusedByName() {
        SampleRequest request = SampleRequest.ofSeeds(1, 2).withLabels(0, 4);
        assertRefused("the length of samples is 3, must be 4, for 2 images", () -> student.sample(request, new float[3]));
        FloatBuffer full = FloatBuffer.allocate(5).position(2);
        assertRefused("what remains of samples is 3, must be at least 4", () -> student.sample(request, full));
        assertEquals(2, full.position());
        assertRefused("samples is ", () -> student.sample(request, FloatBuffer.allocate(4).asReadOnlyBuffer()));
        assertRefused("label 1 is 5, must be a whole number 0 … 4", () -> student.sample(request.withLabels(0, 5)));
        assertRefused("label 0 is 0.5, must be", () -> student.sample(request.withConditions(new float[] {0.5f, 1})));
        assertRefused("condition has 1 labels, must be 2 × 1", () -> student.sample(request.withLabels(1)));
        assertRefused("condition has 0 values, must be 2 × 1", () -> student.sample(request.withLabels((int[]) null)));
        assertRefused("noise has 3 values", () -> student.sample(SampleRequest.ofNoise(new float[3])));
        assertRefused("noise has 0 values", () -> student.sample(SampleRequest.ofNoise(new float[0])));
        assertRefused("the number of seeds is 0", SampleRequest::ofSeeds);
        assertRefused("seeds is missing", () -> SampleRequest.ofSeeds((long[]) null));
        assertRefused("noise is missing", () -> SampleRequest.ofNoise(null));
        assertRefused("guidance is 0.5, must be 1.0 … 4.0", () -> student.sample(request.withGuidance(0.5)));
        assertRefused("guidance is -1.0, must be finite and at least 0", () -> request.withGuidance(-1));
        assertRefused("steps is 1001, must be 1 … 1000", () -> student.sample(request.withSteps(1_001)));
        assertRefused("workers is 0, must be at least 1", () -> request.withWorkers(0));
        Sampler sampler = Sampler.reference(teacher, 2);
        assertRefused("guidance is 2.0, must be left out", () -> sampler.sample(request.withGuidance(2)));
        assertRefused("steps is 3, must be left out", () -> sampler.sample(request.withSteps(3)));
        assertFalse(request.hasGuidance());
        student.close();
    }

    private static void assertRefused(String start, Runnable call) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, call::run, start);
        assertTrue(refused.getMessage().startsWith(start), refused.getMessage());
    }
}
