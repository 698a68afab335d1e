package io.bootdistill.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.PassingDevice;
import io.bootdistill.device.UnsupportedKernelException;
import io.bootdistill.network.Plan.Mode;
import io.bootdistill.selftest.RecordingDevice;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A device may lack an operation: what needs it is refused in one sentence, and all else works. */
@Tag("fast")
class KernelCheckTest {

    private static final Graph MLP = Graph.of(new Mlp(3, 8, 2, 0));

    /** The reference device without one operation, by its own account. */
    private static final class Toy extends PassingDevice {

        private final Kernel lacking;

        Toy(Kernel lacking) {
            super(Devices.named("reference"));
            this.lacking = lacking;
        }

        @Override
        public String name() {
            return "toy";
        }

        @Override
        public boolean supports(Kernel kernel) {
            return kernel != lacking;
        }
    }

    private static String refusal(Graph graph, Kernel lacking, boolean gradient) {
        return assertThrows(UnsupportedKernelException.class, () -> new Model(graph, new Toy(lacking), gradient)).getMessage();
    }

    @Test
    void modelNamesDeviceOperationAndPlace() {
        assertEquals("device toy does not support linearForward, which the network needs for time.weight",
                refusal(MLP, Kernel.LINEAR_FORWARD, false));
        assertEquals("device toy does not support activationForward, which the network needs after time.weight",
                refusal(MLP, Kernel.ACTIVATION_FORWARD, false));
        assertEquals("device toy does not support timeEmbedding, which the network needs after its input",
                refusal(MLP, Kernel.TIME_EMBEDDING, false));
        Graph labelled = Graph.of(new Mlp(3, 8, 1, 4));
        assertEquals("device toy does not support embeddingForward, which the network needs for label.weight",
                refusal(labelled, Kernel.EMBEDDING_FORWARD, false));
    }

    @Test
    void whatBackwardNeedsIsAskedForWithGradients() {
        try (Model model = new Model(MLP, new Toy(Kernel.ACTIVATION_BACKWARD), false); Plan plan = new Plan(model, 1, Mode.INFERENCE)) {
            assertEquals(1, plan.block());
        }
        assertEquals("device toy does not support activationBackward, which the network needs after time.weight",
                refusal(MLP, Kernel.ACTIVATION_BACKWARD, true));
    }

    @Test
    void whatTangentsNeedIsAskedForByTheirPlan() {
        try (Model model = new Model(MLP, new Toy(Kernel.TIME_EMBEDDING_TANGENT), true);
                Plan training = new Plan(model, 1, Mode.TRAINING)) {
            assertEquals(1, training.block());
            UnsupportedKernelException refusal =
                    assertThrows(UnsupportedKernelException.class, () -> new Plan(model, 1, Mode.TANGENT));
            assertEquals("device toy does not support timeEmbeddingTangent, which the network needs after its input",
                    refusal.getMessage());
        }
    }

    /** y = conv(x) + shift(x) of a pixel. */
    private record Shifted() implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(2, 1, 1);
        }

        @Override
        public int outputChannels() {
            return 4;
        }

        @Override
        public List<String> scalars() {
            return List.of();
        }

        @Override
        public ConditionShape condition() {
            return new ConditionShape.None();
        }

        @Override
        public Value describe(GraphBuilder graph) {
            return graph.conv("conv", graph.x(), 4, 1, 1, graph.linear("shift", graph.x(), 4, null), null);
        }
    }

    /** No more and no less, whether weights have gradients or not. */
    @ParameterizedTest
    @EnumSource(value = Mode.class, names = {"TRAINING", "INPUT_GRADIENT", "TRAINING_WITH_INPUT_GRADIENT"})
    void whatIsAskedForIsCalled(Mode mode) {
        Graph graph = Graph.of(new Shifted());
        boolean trains = mode != Mode.INPUT_GRADIENT;
        RecordingDevice recording = new RecordingDevice(Devices.named("reference"));
        Set<String> called = new TreeSet<>();
        try (Model model = new Model(graph, recording, true); Plan plan = new Plan(model, 1, mode);
                Gradients gradients = new Gradients(model); Kernels kernels = recording.openKernels()) {
            recording.clear();
            plan.forward(kernels, 1);
            if (trains) {
                plan.backward(kernels, 1, gradients, false);
            } else {
                plan.backward(kernels, 1);
            }
            recording.calls().forEach(call -> called.add(call.operation()));
        }
        Set<String> asked = new TreeSet<>();
        for (Kernel kernel : Kernel.values()) {
            try (Model model = new Model(graph, new Toy(kernel), trains); Plan plan = new Plan(model, 1, mode)) {
                assertEquals(1, plan.block());
            } catch (UnsupportedKernelException refused) {
                asked.add(kernel.toString());
            }
        }
        assertEquals(called, asked);
    }

    /** Also of a model that trains, by plans that do not. */
    @Test
    void whatFrozenWeightsNeedIsAskedForByTheirPlan() {
        try (Model model = new Model(Graph.of(new Shifted()), new Toy(Kernel.SUM_ROWS_FORWARD), true)) {
            assertEquals("device toy does not support sumRowsForward, which the network needs for conv.weight",
                    assertThrows(UnsupportedKernelException.class, () -> new Plan(model, 1, Mode.INPUT_GRADIENT)).getMessage());
        }
    }

    @Test
    void whatTheNetworkDoesNotNeedMayBeMissing() {
        new Model(MLP, new Toy(Kernel.ATTENTION_FORWARD), true).close();
        new Model(MLP, new Toy(Kernel.ADD_SCALED), true).close();
    }
}
