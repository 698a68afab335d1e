package io.bootdistill.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.bootdistill.config.DistillationConfigBuilder;
import io.bootdistill.device.Device;
import io.bootdistill.internal.distillation.AllocationTest;
import io.bootdistill.objective.Objective;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The cpu device's kernels allocate nothing on the heap either. */
class CpuAllocationTest extends AllocationTest {

    /** Of a step, with reading the gauge; a copy of a block's images in each block would be four times as much. */
    private static final long BOUND = 4096;

    @Override
    protected Device device() {
        return NativeBuild.best();
    }

    /** Kinds of steps. */
    enum Steps {
        BOOTSTRAP(builder -> {}),
        CORRECTED_REGRESSION(builder -> builder.trajectoryShare(1).correctorShare(0.5).correctorStart(0)),
        TWO_TIMES(builder -> builder.restartShare(0.3)),
        TWO_TIMES_REGRESSION(builder -> builder.restartShare(0.3).trajectoryShare(1).trajectoryEnd(0.4)),
        DERIVATIVE(builder -> builder.objective(Objective.DERIVATIVE));

        final Consumer<DistillationConfigBuilder> options;

        Steps(Consumer<DistillationConfigBuilder> options) {
            this.options = options;
        }
    }

    /** The median: now and then the JVM allocates for itself. */
    @ParameterizedTest
    @EnumSource(Steps.class)
    void laterStepsAllocateNextToNothingOnTheHeap(Steps kind) throws IOException {
        List<Long> bytes = train(device(), kind.options, 101, CpuAllocationTest::bytesOfAllThreads);
        long[] steps = IntStream.range(1, bytes.size()).mapToLong(i -> bytes.get(i) - bytes.get(i - 1)).sorted().toArray();
        assertTrue(steps[steps.length / 2] < BOUND, "bytes of each step, sorted: " + Arrays.toString(steps));
    }

    private static long bytesOfAllThreads() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds())).filter(bytes -> bytes > 0).sum();
    }
}
