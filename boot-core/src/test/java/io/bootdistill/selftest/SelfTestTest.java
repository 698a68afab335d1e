package io.bootdistill.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.PassingDevice;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.selftest.SelfTest.Line;
import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the self-test finds: each device here has one defect, in one operation. */
@Tag("fast")
class SelfTestTest {

    private static final Device REFERENCE = Devices.named("reference");
    private static final String DEFECTIVE = Kernel.UPSAMPLE_BACKWARD.toString();

    /** The smallest case of each operation, and some more of the one with the defect. */
    private static final List<OperationCase> CASES = OperationCases.all().stream()
            .sorted(Comparator.comparingLong(OperationCase::elements))
            .collect(Collectors.groupingBy(OperationCase::operation))
            .values().stream()
            .flatMap(cases -> cases.stream().limit(cases.get(0).operation() == Kernel.UPSAMPLE_BACKWARD ? 5 : 1))
            .toList();

    /** What happens after each call of the defective operation. */
    private interface Defect {
        void after(Kernels kernels, Tensor dx);
    }

    /** The reference device with one defect, float32 by its own account. */
    private static final class DefectiveDevice extends PassingDevice {

        private final Defect defect;

        DefectiveDevice(Defect defect) {
            super(REFERENCE);
            this.defect = defect;
        }

        @Override
        public double errorFactor(Kernel kernel) {
            return 1;
        }

        @Override
        protected Object call(Kernels kernels, Method method, Object[] arguments) throws Throwable {
            Object result = super.call(kernels, method, arguments);
            if (method.getName().equals(DEFECTIVE)) {
                defect.after(kernels, (Tensor) arguments[5]);
            }
            return result;
        }
    }

    private static void change(Kernels kernels, Tensor dx, UnaryOperator<Float> change) {
        float[] values = new float[1];
        Slice first = dx.data().slice(0, 1);
        kernels.download(first, values, 0);
        values[0] = change.apply(values[0]);
        kernels.upload(values, 0, first);
    }

    /** Fails in every line of the defective operation and in no other; returns the first of them. */
    private static Line requireFound(Defect defect) {
        SelfTest test = SelfTest.of(new DefectiveDevice(defect), REFERENCE, CASES);
        assertFalse(test.passed());
        for (Line line : test.lines()) {
            assertEquals(!line.operation().equals(DEFECTIVE), line.passed(), line::toString);
        }
        return test.lines().stream().filter(line -> !line.passed()).findFirst().orElseThrow();
    }

    @Test
    void findsAWrongValue() {
        Line line = requireFound((kernels, dx) -> change(kernels, dx, value -> value * 1.001f));
        assertTrue(line.error() > line.allowed() && line.allowed() > 0, line::toString);
        assertTrue(line.failure().contains("dx"), line.failure());
        assertNull(line.cause());
    }

    @Test
    void findsAValueThatIsNoNumber() {
        Line line = requireFound((kernels, dx) -> change(kernels, dx, value -> Float.NaN));
        assertTrue(Double.isNaN(line.error()), line::toString);
    }

    @Test
    void findsAWriteBehindAnOutput() {
        Line line = requireFound((kernels, dx) -> {
            Slice data = dx.data();
            kernels.fill(((DeviceMemory) data.memory()).slice(data.offset() + data.length(), 1), 0);
        });
        assertTrue(line.failure().contains("dx has been written outside of its rows"), line.failure());
    }

    @Test
    void findsAnotherResultInTheSecondRun() {
        AtomicInteger calls = new AtomicInteger();
        Line line = requireFound((kernels, dx) ->
                change(kernels, dx, value -> calls.incrementAndGet() % 2 == 0 ? value : Math.nextUp(value)));
        assertTrue(line.error() <= line.allowed(), line::toString);
        assertTrue(line.failure().matches("dx\\[0\\] is .* in one run and .* in another"), line.failure());
    }

    @Test
    void goesOnAfterAnOperationThatThrows() {
        RuntimeException thrown = new IllegalStateException("kernel failed with status 7");
        Line line = requireFound((kernels, dx) -> {
            throw thrown;
        });
        assertSame(thrown, line.cause());
        assertTrue(line.failure().contains("status 7"), line.failure());
    }

    @Test
    void aSoundDevicePassesEveryOperation() {
        SelfTest test = SelfTest.of(REFERENCE, REFERENCE, CASES);
        assertEquals(List.of(), test.lines().stream().filter(line -> !line.passed()).toList());
        assertTrue(test.passed());
        for (Line line : test.lines()) {
            assertTrue(line.seconds() > 0, line::toString);
            assertEquals(0, line.error(), line::toString);
        }
    }
}
