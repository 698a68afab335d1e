package io.bootdistill.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.PassingDevice;
import io.bootdistill.device.UnsupportedKernelException;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A device from before the operations that have a default in {@link Kernels}. */
@Tag("fast")
class UnsupportedKernelTest {

    private static final Device REFERENCE = Devices.named("reference");

    /** Everything but what {@link Kernels} has a default for. */
    private static final class OldDevice extends PassingDevice {

        OldDevice() {
            super(REFERENCE);
        }

        @Override
        public boolean supports(Kernel kernel) {
            return kernel != Kernel.ADD_SCALED;
        }

        @Override
        protected boolean lacks(Method method) {
            return method.isDefault();
        }
    }

    @Test
    void whatIsMissingSaysSo() {
        try (Kernels kernels = new OldDevice().openKernels()) {
            UnsupportedKernelException refusal = assertThrows(
                    UnsupportedKernelException.class, () -> kernels.addScaled(1, 1, null, null, null, null));
            assertEquals("this device does not support addScaled", refusal.getMessage());
        }
    }

    /** What a device does not claim is left out of its self-test; what it claims and lacks fails. */
    @Test
    void selfTestLeavesOutWhatIsNotSupported() {
        SelfTest test = SelfTest.of(new OldDevice(), REFERENCE, OperationCases.network().stream()
                .filter(operation -> operation.operation() == Kernel.ADD_SCALED || operation.operation() == Kernel.COMBINE)
                .toList());
        assertTrue(test.lines().stream().noneMatch(line -> line.operation().equals("addScaled")));
        assertFalse(test.passed());
        assertEquals("combine", test.lines().get(0).operation());
    }
}
