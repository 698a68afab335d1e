package io.bootdistill.internal.work;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.PassingDevice;
import io.bootdistill.device.Philox;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import io.bootdistill.network.ParameterSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Weights that several workers read. */
@Tag("fast")
class ModelLoadingTest {

    private static final int WORKERS = 3;

    /** With workers, whatever the machine has. */
    private static final Device DEVICE = new PassingDevice(Devices.named("reference")) {

        @Override
        public int workers(int wanted) {
            return WORKERS;
        }
    };

    private static final Graph GRAPH = Graph.of(new Mlp(6, 700, 2, 0));
    private static final ParameterSource VALUES = (parameter, first, into) -> {
        for (long i = first; into.hasRemaining(); i++) {
            into.put(Philox.normal(parameter.name().hashCode(), 0, i));
        }
    };

    private static float[] parameters(Model model) {
        float[] values = new float[(int) model.parameters().length()];
        model.device().openKernels().download(model.parameters(), values, 0);
        return values;
    }

    @Test
    void workersReadAtOnceWhatOneReads() {
        try (Model one = new Model(GRAPH, DEVICE, false); Model several = new Model(GRAPH, DEVICE, false)) {
            one.load(VALUES);
            Set<Thread> threads = ConcurrentHashMap.newKeySet();
            CountDownLatch all = new CountDownLatch(WORKERS);
            ModelLoading.load(several, (parameter, first, into) -> {
                if (threads.add(Thread.currentThread())) {
                    all.countDown();
                    await(all);
                }
                VALUES.read(parameter, first, into);
            });
            assertEquals(WORKERS, threads.size());
            assertArrayEquals(parameters(one), parameters(several));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS); // else there are too few threads
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatASourceThrowsIsThrown() {
        IllegalStateException damaged = new IllegalStateException("damaged");
        try (Model model = new Model(GRAPH, DEVICE, false)) {
            ParameterSource source = (parameter, first, into) -> {
                throw damaged;
            };
            assertSame(damaged, assertThrows(IllegalStateException.class, () -> ModelLoading.load(model, source)));
        }
    }
}
