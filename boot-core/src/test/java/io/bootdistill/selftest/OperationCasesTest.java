package io.bootdistill.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The table itself: it leaves nothing out. */
@Tag("fast")
class OperationCasesTest {

    @Test
    void everyOperationHasItsName() {
        Set<String> operations =
                Arrays.stream(Kernels.class.getMethods()).map(m -> m.getName()).collect(Collectors.toCollection(TreeSet::new));
        // Every case uploads and downloads; cases with weights prepare them; strips are a property; a capture is of several.
        operations.removeAll(Set.of("close", "upload", "download", "preparedLength", "prepare", "convolvesStrips", "capture"));
        assertEquals(operations,
                Arrays.stream(Kernel.values()).map(Kernel::toString).collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void everyOperationHasCases() {
        assertEquals(EnumSet.allOf(Kernel.class),
                OperationCases.all().stream().map(OperationCase::operation).collect(Collectors.toSet()));
    }

    @Test
    void namesAreUnique() {
        Set<String> names = new HashSet<>();
        for (OperationCase operation : OperationCases.all()) {
            assertTrue(names.add(operation.name()), operation.name());
        }
    }

    /** A misspelt operand would be null in the call, and an option would go untested. */
    @Test
    void everyOperandIsUsed() {
        for (OperationCase operation : OperationCases.all()) {
            if (operation.elements() < 20_000) {
                try (BoundCase bound = operation.bind(Devices.named("reference"))) {
                    bound.call();
                    if (operation.forward != null) {
                        bound.forward();
                    }
                    assertEquals(operation.operands.stream().map(o -> o.name()).collect(Collectors.toCollection(TreeSet::new)),
                            bound.operands().used(), operation.name());
                }
            }
        }
    }
}
