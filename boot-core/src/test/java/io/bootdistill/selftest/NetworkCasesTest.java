package io.bootdistill.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BundledTeacher;
import io.bootdistill.Resolved;
import io.bootdistill.Teacher;
import io.bootdistill.device.Activation;
import io.bootdistill.device.Attention;
import io.bootdistill.device.Conv;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Linear;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import io.bootdistill.selftest.RecordingDevice.Call;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The network shapes are those of the bundled teacher, all of them; and cases know what they cost. */
class NetworkCasesTest {

    private static final int BLOCK = 8;

    @Test
    void everyCallOfTheBundledTeacherHasItsCase() throws IOException {
        Set<Call> missing = new HashSet<>();
        RecordingDevice device = new RecordingDevice(Devices.named("reference"));
        try (Teacher teacher = Teacher.load(BundledTeacher.folder(), device);
                Model student = new Model(Resolved.of(teacher).model().graph(), device, true);
                Plan plan = new Plan(student, BLOCK, Plan.Mode.TRAINING);
                Plan tangent = new Plan(student, BLOCK, Plan.Mode.TANGENT);
                Gradients gradients = new Gradients(student);
                Kernels kernels = device.openKernels()) {
            device.clear();
            plan.forward(kernels, BLOCK);
            plan.backward(kernels, BLOCK, gradients, false);
            tangent.forward(kernels, BLOCK);
            missing.addAll(device.calls());
            assertEquals(OptimiserCases.PARAMETERS, student.parameters().length());
        }
        for (OperationCase operation : OperationCases.network()) {
            if (operation.flops() < 1e9) {
                device.clear();
                try (BoundCase bound = operation.bind(device)) {
                    bound.call();
                }
                device.calls().forEach(missing::remove);
            }
        }
        assertEquals(Set.of(), missing);
    }

    @Test
    void everyOperationIsAmongTheNetworkShapes() {
        assertEquals(operations(OperationCases.all()), operations(OperationCases.network()));
    }

    private static Set<Kernel> operations(List<OperationCase> cases) {
        return cases.stream().map(OperationCase::operation).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void namesAreUnique() {
        Set<String> names = new HashSet<>();
        for (OperationCase operation : OperationCases.network()) {
            assertTrue(names.add(operation.name()), operation.name());
        }
    }

    /** The arithmetic that a case states is that of its call. */
    @Test
    void callsComputeWhatTheirCasesSay() {
        RecordingDevice device = new RecordingDevice(Devices.named("reference"));
        for (OperationCase operation : OperationCases.all()) {
            if (operation.elements() < 2_000) {
                try (BoundCase bound = operation.bind(device)) {
                    device.clear();
                    bound.call();
                    assertEquals(operation.flops(), device.calls().get(0).flops(), operation.name());
                    assertTrue(bound.bytes() > 0, operation.name());
                }
            }
        }
    }

    @Test
    void arithmeticAndTrafficOfKnownCases() {
        Conv conv = Conv.halving(4, 6, 3, 5, 1);
        OperationCase forward = ConvolutionCases.forward(2, conv, false, Addend.OUTPUT, false, true);
        assertEquals(2 * (2 * 2 * 3 * 5) * (9 * 3), forward.flops());
        try (BoundCase bound = forward.bind(Devices.named("reference"))) {
            bound.call();
            int x = 2 * 24 * 3;
            int weights = 9 * 3 * 5;
            int bias = 5;
            int y = 2 * 6 * 5;
            assertEquals(4 * (x + weights + bias + 2 * y), bound.bytes());
        }
        assertEquals(2 * 6 * 7 * 8, LinearCases.forward(2, 3, new Linear(7, 8), true, Addend.NONE, false, false).flops());
        Attention attention = new Attention(3, 5, 2, 7);
        assertEquals(2 * 2 * 3 * (2 * 3 * 5 * 7), AttentionCases.forward(3, attention, true, false).flops());
        assertEquals(5 * 2 * 3 * (2 * 3 * 5 * 7), AttentionCases.backward(3, attention, true, false).flops());
        assertEquals(5 * 2 * 3 * (2 * 3 * 5 * 7), AttentionCases.tangent(3, attention, true, false).flops());
        Attention causal = new Attention(3, 5, 2, 7, true); // 6 of 15 pairs
        assertEquals(2 * 2 * 3 * (2 * 6 * 7), AttentionCases.forward(3, causal, true, false).flops());
        assertEquals(0, ActivationCases.forward(1, 2, 3, Activation.SILU, 1, false).flops());
    }
}
