package io.bootdistill.bench;

import io.bootdistill.cuda.CudaDeviceProvider;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceUnavailableException;
import io.bootdistill.selftest.BoundCase;
import io.bootdistill.selftest.OperationCase;
import io.bootdistill.selftest.OperationCases;
import java.util.List;
import java.util.Optional;
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

/** The 3×3 convolution and its gradients on the cuda device, by our kernels and by cuDNN: the yardstick. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 15, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class ConvolutionEngines {

    static final String PARAMETER = "convolution";

    private static final String CUDNN = "cudnn";
    private static final int CALLS = 20; // before the device is waited for

    /** The name of a case; {@link Benchmarks} gives all convolutions. */
    @Param({})
    private String convolution;

    @Param({"own", CUDNN})
    private String engine;

    private BoundCase call;
    private double flops;

    /** The names of all convolutions of the table of operation cases. */
    static List<String> names() {
        return OperationCases.network().stream().map(OperationCase::name).filter(name -> name.startsWith("conv")).toList();
    }

    /** Why these benchmarks cannot run here; empty where they can. */
    static Optional<String> obstacle() {
        try {
            open(CUDNN);
            return Optional.empty();
        } catch (DeviceUnavailableException e) {
            return Optional.of(e.getMessage());
        }
    }

    private static Device open(String engine) throws DeviceUnavailableException {
        System.setProperty(CudaDeviceProvider.CONVOLUTION_PROPERTY, engine);
        try {
            return new CudaDeviceProvider().open();
        } finally {
            System.clearProperty(CudaDeviceProvider.CONVOLUTION_PROPERTY);
        }
    }

    @Setup
    public void bind() throws DeviceUnavailableException {
        Device device = open(engine);
        OperationCase chosen = OperationCases.network().stream()
                .filter(known -> known.name().equals(convolution))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(convolution + " is none of " + names()));
        call = chosen.bind(device);
        call.call(); // scratch memory gets its size, cuDNN chooses its algorithm
        flops = chosen.flops();
    }

    @Benchmark
    @OperationsPerInvocation(CALLS)
    public void call(Work work) {
        for (int i = 0; i < CALLS; i++) {
            call.call();
        }
        call.await();
        work.flops += CALLS * flops;
    }

    @TearDown
    public void free() {
        call.close();
    }
}
