package io.bootdistill.selftest;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Devices.Candidate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A device put to the test: every operation at every shape of the table of operation cases, compared with another device. It
 * is the first thing to run on a new machine.
 *
 * <p>An operation passes if its outputs follow the other device's within rounding, if it writes nothing else, and if a second
 * run, on memory that ends with each operand, gives the same bits. One that throws has failed, and the test goes on; after some
 * errors a GPU carries out nothing more, so that every later line fails, too: the first one counts.
 *
 * @param device description of the device under test
 * @param oracle description of the one that it is compared with
 * @param lines one for each operation that the device supports and each shape, operation by operation
 */
public record SelfTest(String device, String oracle, List<Line> lines) {

    private static final double TIMED_SECONDS = 1e-3;

    /**
     * One operation at one shape. Errors are relative: |a − r|/(|r| + s) of the worst value, s being the root mean square of
     * the output; for a gradient the norm of the difference over the norm.
     *
     * @param operation the method of {@link io.bootdistill.device.Kernels}
     * @param shape sizes and options
     * @param error the worst error of its outputs; NaN where a value is no number, or nothing could be compared
     * @param allowed the largest error that rounding explains; 0 where the same bits are due
     * @param seconds what a call takes, without the transfers; NaN where it failed
     * @param failure what is wrong, with the place; null if nothing is
     * @param cause what was thrown; null if nothing was
     */
    public record Line(
            String operation, String shape, double error, double allowed, double seconds, @Nullable String failure,
            @Nullable Throwable cause) {

        public boolean passed() {
            return failure == null;
        }
    }

    public SelfTest {
        lines = List.copyOf(lines);
    }

    /**
     * Tests a device against the next one in the order of preference: {@code cuda} against {@code cpu}, {@code cpu} against
     * {@code reference}. {@code reference} is compared with itself, which shows that it runs, and no more.
     */
    public static SelfTest of(Device device) {
        Device oracle = Devices.candidates().stream()
                .dropWhile(candidate -> !candidate.name().equals(device.name()))
                .skip(1)
                .map(Candidate::device)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseGet(() -> Devices.named("reference"));
        return of(device, oracle);
    }

    /** Tests a device against another. Takes some seconds, on one thread. */
    public static SelfTest of(Device device, Device oracle) {
        return of(device, oracle, OperationCases.all());
    }

    static SelfTest of(Device device, Device oracle, List<OperationCase> cases) {
        return new SelfTest(device.description(), oracle.description(),
                cases.stream()
                        .filter(operation -> device.supports(operation.operation()))
                        .map(operation -> test(operation, device, oracle))
                        .toList());
    }

    public boolean passed() {
        return lines.stream().allMatch(Line::passed);
    }

    private static Line test(OperationCase operation, Device device, Device oracle) {
        try {
            Map<String, float[]> expected = operation.run(oracle);
            Map<String, float[]> actual = operation.run(device);
            double factor = device.errorFactor(operation.operation()) + oracle.errorFactor(operation.operation());
            Agreement agreement = Agreement.of(operation, actual, expected, factor);
            String failure = agreement.disagreement() != null
                    ? agreement.disagreement()
                    : difference(actual, operation.runOnTightMemory(device));
            return new Line(operation.operation().toString(), operation.shape(), agreement.error(), agreement.allowed(),
                    failure == null ? time(operation, device) : Double.NaN, failure, null);
        } catch (RuntimeException | LinkageError e) {
            return new Line(
                    operation.operation().toString(), operation.shape(), Double.NaN, Double.NaN, Double.NaN, e.toString(), e);
        }
    }

    /** Where two runs differ; null if nowhere. */
    private static @Nullable String difference(Map<String, float[]> first, Map<String, float[]> second) {
        for (Map.Entry<String, float[]> output : first.entrySet()) {
            float[] values = second.get(output.getKey());
            int i = Arrays.mismatch(output.getValue(), values);
            if (i >= 0) {
                return output.getKey() + "[" + i + "] is " + output.getValue()[i] + " in one run and " + values[i]
                        + " in another";
            }
        }
        return null;
    }

    /** Seconds of a call, the least of several means; one wait for many calls, since a GPU carries them out behind the host. */
    private static double time(OperationCase operation, Device device) {
        try (BoundCase bound = operation.bind(device)) {
            bound.call();
            bound.await();
            double best = Double.MAX_VALUE;
            for (int calls = 1; ; calls *= 2) {
                long start = System.nanoTime();
                for (int i = 0; i < calls; i++) {
                    bound.call();
                }
                bound.await();
                double seconds = (System.nanoTime() - start) * 1e-9;
                best = Math.min(best, seconds / calls);
                if (seconds >= TIMED_SECONDS) {
                    return best;
                }
            }
        }
    }
}
