package io.bootdistill.network;

import static io.bootdistill.reference.Arrays64.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Values in rows of another length, and embeddings of several times per sample. Tangents: {@link PlanTangentTest}. */
@Tag("fast")
class ReshapeTest {

    private static final int BLOCK = 3;
    private final Device device = Devices.named("reference");

    /** Three times as one row beside the time's, and an image in rows of two pixels; from and to parts of other values. */
    record Reshapes() implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(2, 2, 4);
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
            return new ConditionShape.Vector(3);
        }

        @Override
        public Value describe(GraphBuilder graph) {
            TokenLayers tokens = graph.tokens();
            float[] frequencies = {1, 0.5f};
            Value time = graph.linear("time", graph.timeEmbedding(graph.scalar("t"), frequencies, true), 6, null);
            Value times = graph.timeEmbedding(tokens.reshape(graph.condition(), 1, 3, 1), frequencies, false);
            Value shift = graph.linear("shift", graph.concat(time, tokens.reshape(times, 1, 1, 12)), 4, null);
            Value h = graph.conv("in", graph.x(), 4, 1, 1, shift, null);
            Value halves = graph.linears(List.of("a", "b"), new int[] {4, 4}, h);
            Value first = graph.columns(halves, 0, 4);
            Value wide = tokens.reshape(first, 2, 2, 8);
            wide = graph.linear("wide", wide, 8, wide);
            Value other = graph.linear("other", graph.columns(halves, 4, 4), 4, first);
            return graph.conv("out", graph.concat(tokens.reshape(wide, 2, 4, 4), other), 2);
        }
    }

    @Test
    void gradientsAreThoseOfFiniteDifferences() {
        try (Model model = new Model(Graph.of(new Reshapes()), device, true);
                Plan plan = new Plan(model, BLOCK, Plan.Mode.TRAINING_WITH_INPUT_GRADIENT);
                Gradients gradients = new Gradients(model);
                Kernels kernels = device.openKernels()) {
            model.initialize(5);
            kernels.upload(PlanTest.numbers(BLOCK * 16, 0), 0, plan.x().data());
            kernels.upload(new float[] {3, 10, 70}, 0, plan.scalar("t").data());
            kernels.upload(PlanTest.numbers(BLOCK * 3, 2), 0, plan.condition().data());
            float[] dy = PlanTest.numbers(BLOCK * 16, 1);
            plan.forward(kernels, BLOCK);
            kernels.upload(dy, 0, plan.dy().data());
            plan.backward(kernels, BLOCK, gradients, false);
            double[] parameters = read(gradients.flat());
            double[] dx = read(plan.dx().data());
            PlanTest.check("parameters", plan, kernels, dy, model.parameters(), parameters, 1);
            PlanTest.check("x", plan, kernels, dy, plan.x().data(), dx, 1);
        }
    }

    /** Six times per sample, each embedded by itself. */
    private record Times() implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(4, 1, 6);
        }

        @Override
        public int outputChannels() {
            return 4;
        }

        @Override
        public List<String> scalars() {
            return List.of("t");
        }

        @Override
        public ConditionShape condition() {
            return new ConditionShape.Tokens(6, 1, false);
        }

        @Override
        public Value describe(GraphBuilder graph) {
            return graph.timeEmbedding(graph.condition(), Frequencies.positional(2, 0), true);
        }
    }

    @Test
    void eachOfSeveralTimesHasItsEmbedding() {
        float[] times = {1024, 512, 0, 8.5f, 1024, 768, 64, 32, 1, 0.25f, 64, 999};
        try (Model model = new Model(Graph.of(new Times()), device, false);
                Plan plan = new Plan(model, 2, Plan.Mode.INFERENCE);
                Kernels kernels = device.openKernels()) {
            kernels.upload(times, 0, plan.condition().data());
            plan.forward(kernels, 2);
            double[] y = read(plan.y().data());
            for (int i = 0; i < times.length; i++) {
                double[] expected = Frequencies.embedding(times[i], 2, 0, true);
                for (int k = 0; k < 4; k++) {
                    assertEquals(expected[k], y[4 * i + k], 1e-12, "time " + i);
                }
            }
        }
    }

    @Test
    void rowsThatDoNotDivideAreRefused() {
        GraphBuilder graph = GraphBuilder.of(new GraphParts(), new ImageShape(4, 2, 3), List.of("t"), new ConditionShape.None());
        assertEquals("x has 6 rows of 4 values, must divide into 4 rows of 6",
                assertThrows(IllegalArgumentException.class, () -> graph.tokens().reshape(graph.x(), 2, 2, 6)).getMessage());
        assertEquals("x has 6 rows of 4 values, must divide into 2 rows of 8",
                assertThrows(IllegalArgumentException.class, () -> graph.tokens().reshape(graph.x(), 1, 2, 8)).getMessage());
        assertArrayEquals(new int[] {1, 1, 24}, shape(graph.tokens().reshape(graph.x(), 1, 1, 24)));
    }

    private static int[] shape(Value value) {
        return new int[] {value.height, value.width, value.channels};
    }

    /** The parameter of rows has the name that is given; a layer that starts at zero adds nothing at first. */
    @Test
    void layersBeginAsTheyShould() {
        GraphBuilder graph = GraphBuilder.of(new GraphParts(), new ImageShape(4, 2, 3), List.of("t"), new ConditionShape.None());
        Value rows = graph.tokens().addRows("pool.positions", graph.x());
        graph.transformer().zeroUnbiased("guidance", rows, 4, rows);
        ParameterLayout layout = graph.parts.layout.build();
        assertArrayEquals(new int[] {6, 4}, layout.find("pool.positions").shape());
        assertEquals(true, layout.find("guidance.weight").beginsAtZero());
        assertEquals(2, layout.trained().size());
    }
}
