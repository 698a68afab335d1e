package io.bootdistill.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Phase;
import io.bootdistill.device.Device;
import io.bootdistill.internal.distillation.AllocationTest;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.matching.Corrector;
import io.bootdistill.matching.Matching;
import io.bootdistill.matching.OnlineSamples;
import io.bootdistill.matching.OnlineWeights;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Boundary;
import io.bootdistill.objective.Derivative;
import io.bootdistill.objective.Pinn;
import io.bootdistill.objective.Trajectories;
import io.bootdistill.phase.Consistency;
import io.bootdistill.phase.Direct;
import io.bootdistill.phase.PixelLoss;
import io.bootdistill.phase.Progressive;
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

    /** In each step, two calls of the online network for a guided prediction. */
    private static final Corrector OWN = new Corrector(0.5, 0, 10, 3e-4, 1).withOnline(new OnlineSamples.Own(1, 1));

    @Override
    protected Device device() {
        return NativeBuild.best();
    }

    /** Kinds of steps. */
    enum Steps {
        BOOTSTRAP(builder -> {}),
        CORRECTED_REGRESSION(builder -> builder.objective(Trajectories.defaults()).corrector(new Corrector(0.5, 0, 10, 3e-4, 1))),
        OWN_SAMPLES(builder -> builder.corrector(OWN)),
        THROUGH_NETWORKS(builder -> builder.corrector(OWN.withMatching(new Matching.Through(1)))),
        ADAPTER(builder -> builder.corrector(OWN.withNetwork(
                new OnlineWeights.Adapter(2, 4, OnlineWeights.Layers.QUERIES_AND_VALUES)))),
        TWO_TIMES(builder -> builder.objective(Bootstrap.defaults().withRestartShare(0.3))),
        TWO_TIMES_REGRESSION(builder -> builder.objective(Trajectories.defaults().withEnd(0.4).withRestartShare(0.3))),
        HARD_BOUNDARY(builder -> builder.objective(Bootstrap.defaults().withBoundary(new Boundary.Hard()))),
        PINN(builder -> builder.objective(Pinn.defaults()).guidance(1)),
        DERIVATIVE(builder -> builder.objective(Derivative.defaults())),
        PROGRESSIVE(builder -> builder.objective(Progressive.defaults().withSteps(4, 1))),
        CONSISTENCY(builder -> builder.objective(Consistency.defaults().withSteps(4, 1))),
        DIRECT(builder -> builder.phases(Phase.of(Direct.defaults().withSteps(3).withLoss(PixelLoss.ABSOLUTE))
                .withWeighting(ResidualWeighting.NONE)));

        final Consumer<DistillationConfig.Builder> options;

        Steps(Consumer<DistillationConfig.Builder> options) {
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
