package io.bootdistill.bench;

import io.bootdistill.device.Devices;
import io.bootdistill.selftest.BoundCase;
import io.bootdistill.selftest.OperationCase;
import io.bootdistill.selftest.OperationCases;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Every operation by itself, at the network shapes of the table of operation cases; its operands stay where they are. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 15, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class Operations {

    static final String PARAMETER = "operation";

    /** Calls to a wait: a GPU carries them out behind the host, and the wait takes as long as a small one. */
    private static final int CALLS = 16;

    /** The name of a case; {@link Benchmarks} gives all of them. */
    @Param({})
    private String operation;

    private BoundCase call;
    private double flops;
    private double bytes;

    /** The names of all cases. */
    static List<String> names() {
        return OperationCases.network().stream().map(OperationCase::name).toList();
    }

    @Setup
    public void bind() {
        OperationCase chosen = OperationCases.network().stream()
                .filter(known -> known.name().equals(operation))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(operation + " is none of " + names()));
        call = chosen.bind(Devices.best());
        call.call();
        flops = chosen.flops();
        bytes = flops > 0 ? 0 : call.bytes();
    }

    @Benchmark
    @OperationsPerInvocation(CALLS)
    public void call(Work work) {
        for (int i = 0; i < CALLS; i++) {
            call.call();
        }
        call.await();
        work.flops += CALLS * flops;
        work.bytes += CALLS * bytes;
    }

    @TearDown
    public void free() {
        call.close();
    }
}
