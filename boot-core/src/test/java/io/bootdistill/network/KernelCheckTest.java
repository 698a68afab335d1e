package io.bootdistill.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.PassingDevice;
import io.bootdistill.device.UnsupportedKernelException;
import io.bootdistill.network.Plan.Mode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

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

    @Test
    void whatTheNetworkDoesNotNeedMayBeMissing() {
        new Model(MLP, new Toy(Kernel.ATTENTION_FORWARD), true).close();
        new Model(MLP, new Toy(Kernel.ADD_SCALED), true).close();
    }
}
