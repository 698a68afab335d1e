package io.bootdistill.network;

import static io.bootdistill.network.NetworkOfFixture.BLOCK;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.PassingDevice;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients of inputs alone: those that training makes, to the bit, by less. */
@Tag("fast")
public class InputGradientTest {

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    static Stream<String> networks() {
        return NetworkOfFixture.NAMES.stream();
    }

    private static float[] gradient(NetworkOfFixture run, Plan plan, Gradients gradients, String by) {
        plan.forward(run.kernels, BLOCK);
        run.kernels.upload(NetworkOfFixture.numbers((int) plan.dy().data().length(), 3), 0, plan.dy().data());
        if (gradients == null) {
            plan.backward(run.kernels, BLOCK);
        } else {
            plan.backward(run.kernels, BLOCK, gradients, false);
        }
        return run.values(plan.gradient(by).data());
    }

    @ParameterizedTest
    @MethodSource("networks")
    void isThatOfTraining(String name) {
        try (NetworkOfFixture run = new NetworkOfFixture(device())) {
            Graph graph = NetworkOfFixture.graph(name);
            Model model = run.model(graph, true);
            Plan training = run.plan(model, Plan.Mode.TRAINING_WITH_INPUT_GRADIENT);
            float[] expected = gradient(run, training, run.gradients(model), "x");
            Plan plan = run.plan(model, Plan.Mode.INPUT_GRADIENT);
            assertArrayEquals(expected, gradient(run, plan, null, "x"));
            assertArrayEquals(expected, gradient(run, plan, null, "x"), "again");
            assertTrue(plan.bytes() < training.bytes(), plan.bytes() + " < " + training.bytes());
            assertEquals(Plan.inputGradientBytes(graph, BLOCK), plan.bytes());
            assertArrayEquals(run.values(training.y().data()), run.values(plan.y().data()));

            Model plain = run.model(graph, false);
            assertArrayEquals(expected, gradient(run, run.plan(plain, Plan.Mode.INPUT_GRADIENT), null, "x"),
                    "of a model without gradients");
        }
    }

    /** Of an input that is not the first thing that the network reads: what comes before is not gone through. */
    @ParameterizedTest
    @ValueSource(strings = {"unet-sd1", "unet-sdxl", "unet-if2"})
    void isThatOfTrainingByTheText(String name) {
        Graph graph = NetworkOfFixture.graph("text-to-image/" + name);
        for (String by : Stream.of("text", "pooled").filter(graph.inputs::containsKey).toList()) {
            try (NetworkOfFixture run = new NetworkOfFixture(device())) {
                Model model = run.model(graph, true);
                float[] expected = gradient(
                        run, run.plan(model, Plan.Mode.TRAINING_WITH_INPUT_GRADIENT, by), run.gradients(model), by);
                float[] actual = gradient(run, run.plan(model, Plan.Mode.INPUT_GRADIENT, by), null, by);
                assertArrayEquals(expected, actual, by);
            }
        }
    }

    /** Counts calls. */
    private static final class Counting extends PassingDevice {

        final Map<String, Integer> calls = new HashMap<>();

        Counting(Device device) {
            super(device);
        }

        @Override
        protected Object call(Kernels kernels, Method method, Object[] arguments) throws Throwable {
            calls.merge(method.getName(), 1, Integer::sum);
            return super.call(kernels, method, arguments);
        }

        int count(String kernel) {
            return calls.getOrDefault(kernel, 0);
        }
    }

    @Test
    void nothingIsMadeButWhatLeadsToTheInput() {
        Counting device = new Counting(device());
        try (NetworkOfFixture run = new NetworkOfFixture(device)) {
            Model model = run.model(NetworkOfFixture.graph("text-to-image/unet-sd1"), true);
            Plan training = run.plan(model, Plan.Mode.TRAINING_WITH_INPUT_GRADIENT);
            Gradients gradients = run.gradients(model);
            Plan plan = run.plan(model, Plan.Mode.INPUT_GRADIENT);
            device.calls.clear();
            gradient(run, training, gradients, "x");
            Map<String, Integer> all = Map.copyOf(device.calls);
            device.calls.clear();
            gradient(run, plan, null, "x");
            for (String weights : List.of("convBackwardWeights", "linearBackwardWeights", "addRowsBackward", "embeddingBackward")) {
                assertEquals(0, device.count(weights), weights);
            }
            assertEquals(all.get("convBackwardInput"), device.count("convBackwardInput"));
            assertEquals(all.get("attentionBackward"), device.count("attentionBackward"));
            // the second layer of the time, and what is made of it for all residual blocks
            assertEquals(all.get("linearBackwardInput") - 2, device.count("linearBackwardInput"));
            assertEquals(all.get("linearForward"), device.count("linearForward"));
        }
    }

    /** Two vectors side by side, of which one leads to x. */
    record TwoVectors() implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(3, 1, 1);
        }

        @Override
        public int outputChannels() {
            return 2;
        }

        @Override
        public List<String> scalars() {
            return List.of("t");
        }

        @Override
        public ConditionShape condition() {
            return new ConditionShape.Vector(2);
        }

        @Override
        public Value describe(GraphBuilder graph) {
            Value time = graph.linear("time", graph.timeEmbedding(graph.scalar("t"), new float[] {1, 0.1f}, true), 3, null);
            Value known = graph.silu(graph.add(graph.silu(time), graph.linear("c", graph.condition(), 3, null)));
            Value unknown = graph.silu(graph.linear("x", graph.x(), 4, null));
            return graph.linear("out", graph.concat(known, unknown), 2, null);
        }
    }

    @Test
    void partsOfAValueThatDoNotLeadToTheInputAreLeft() {
        try (NetworkOfFixture run = new NetworkOfFixture(device())) {
            Model model = run.model(Graph.of(new TwoVectors()), true);
            for (String by : List.of("x", "condition")) {
                float[] expected = gradient(
                        run, run.plan(model, Plan.Mode.TRAINING_WITH_INPUT_GRADIENT, by), run.gradients(model), by);
                assertArrayEquals(expected, gradient(run, run.plan(model, Plan.Mode.INPUT_GRADIENT, by), null, by), by);
            }
        }
    }

    /** Layers in a row, of which no gradient of an input reads what went into them. */
    record Chain(int layers) implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(3, 4, 4);
        }

        @Override
        public int outputChannels() {
            return 3;
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
            Value x = graph.x();
            for (int i = 0; i < layers; i++) {
                x = i % 2 == 0 ? graph.conv("layer" + i, x, 3) : graph.linear("layer" + i, x, 3, null);
            }
            return x;
        }
    }

    @Test
    void whatOnlyGradientsOfWeightsReadIsNotKept() {
        Graph few = Graph.of(new Chain(4));
        Graph many = Graph.of(new Chain(8));
        assertTrue(Plan.trainingBytes(few, 1) < Plan.trainingBytes(many, 1));
        assertEquals(Plan.inputGradientBytes(few, 1), Plan.inputGradientBytes(many, 1));
    }

    @Test
    void eachModeHasItsBackward() {
        try (NetworkOfFixture run = new NetworkOfFixture(device())) {
            Model model = run.model(Graph.of(new TwoVectors()), true);
            Gradients gradients = run.gradients(model);
            Plan plan = run.plan(model, Plan.Mode.INPUT_GRADIENT);
            assertThrows(IllegalStateException.class, () -> plan.backward(run.kernels, 1, gradients, false));
            assertThrows(IllegalArgumentException.class, () -> plan.backward(run.kernels, BLOCK + 1));
            Plan training = run.plan(model, Plan.Mode.TRAINING_WITH_INPUT_GRADIENT);
            assertThrows(IllegalStateException.class, () -> training.backward(run.kernels, 1));
        }
    }
}
