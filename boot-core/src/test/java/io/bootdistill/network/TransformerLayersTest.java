package io.bootdistill.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.Activation;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.reference.Arrays64;
import io.bootdistill.selftest.RecordingDevice;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A small transformer with all of the layers: what the graph makes of them. Its tangents: {@link PlanTangentTest}. */
@Tag("fast")
class TransformerLayersTest {

    private static final int N = 2;

    private final Device device = Devices.named("reference");

    /** Tokens of an image and of a text; modulated by the time; each optional operand given and left out. */
    record Transformer() implements Network {

        private static final int WIDTH = 6;

        @Override
        public ImageShape input() {
            return new ImageShape(3, 2, 3);
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
            return new ConditionShape.Tokens(4, 5, true);
        }

        @Override
        public Value describe(GraphBuilder graph) {
            TransformerLayers layers = graph.transformer();
            Value text = layers.layerNorm("text_norm", graph.condition(), 1e-5f); // of an input: nobody asks for its gradient
            Value pooled = layers.activation(Activation.QUICK_GELU, layers.meanRows(text));
            Value e = graph.linear("time", graph.timeEmbedding(graph.scalar("t"), new float[] {1, 0.5f}, true), WIDTH, null);
            e = layers.activation(Activation.GELU, layers.unbiased("pooled", pooled, WIDTH, e));
            Value all = graph.linears(List.of("scale", "shift", "gate"), new int[] {WIDTH, WIDTH, WIDTH}, e);
            Value h = graph.linear("in", graph.x(), WIDTH, null);
            Value norm = layers.modulatedNorm(h, 1e-6f, graph.columns(all, 0, WIDTH), graph.columns(all, WIDTH, WIDTH));
            Value q = layers.unbiased("q", norm, WIDTH, null);
            Value kv = layers.unbiased(List.of("k", "v"), new int[] {WIDTH, WIDTH}, text);
            Value attention = graph.attention(
                    q, graph.columns(kv, 0, WIDTH), graph.columns(kv, WIDTH, WIDTH), graph.mask(), 2);
            h = layers.gate(attention, graph.columns(all, 2 * WIDTH, WIDTH), h);
            Value plain = layers.modulatedNorm(h, 1e-5f, null, null);
            Value mlp = graph.linear("mlp", layers.geglu(graph.linear("up", plain, 8, null)), WIDTH, h);
            Value sum = layers.activation(Activation.GELU_TANH, layers.sumRows(mlp));
            Value tokens = graph.groupNorm(
                    "out_norm", layers.gate(mlp, sum, null), 2, 1e-5f, Activation.GELU, null, null);
            return graph.linear("out", tokens, 2, null);
        }
    }

    private static float[] numbers(int count, int draw) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = Philox.normal(23, draw, i);
        }
        return values;
    }

    private static void upload(Kernels kernels, Slice slice, int draw) {
        kernels.upload(numbers((int) slice.length(), draw), 0, slice);
    }

    private static void setInputs(Plan plan, Kernels kernels) {
        upload(kernels, plan.x().data(), 0);
        upload(kernels, plan.condition().data(), 1);
        kernels.upload(new float[] {1, 2}, 0, plan.scalar("t").data());
    }

    @Test
    void gradientsAreThoseOfFiniteDifferences() {
        try (Model model = new Model(Graph.of(new Transformer()), device, true);
                Plan plan = new Plan(model, N, Plan.Mode.TRAINING_WITH_INPUT_GRADIENT, "x", "condition");
                Plan training = new Plan(model, N, Plan.Mode.TRAINING);
                Gradients gradients = new Gradients(model);
                Kernels kernels = device.openKernels()) {
            model.initialize(3);
            setInputs(plan, kernels);
            setInputs(training, kernels);
            float[] dy = numbers(N * 2 * 6, 2);
            plan.forward(kernels, N);
            kernels.upload(dy, 0, plan.dy().data());
            plan.backward(kernels, N, gradients, false);
            double[] once = Arrays64.read(gradients.flat());
            double[] dx = Arrays64.read(plan.dx().data()); // the next forward uses their memory
            double[] dCondition = Arrays64.read(plan.gradient("condition").data());
            check("parameters", plan, kernels, dy, model.parameters(), once);
            check("x", plan, kernels, dy, plan.x().data(), dx);
            check("condition", plan, kernels, dy, plan.condition().data(), dCondition);
            training.forward(kernels, N);
            kernels.upload(dy, 0, training.dy().data());
            training.backward(kernels, N, gradients, true);
            double[] twice = Arrays64.read(gradients.flat());
            for (int i = 0; i < once.length; i++) {
                assertEquals(2 * once[i], twice[i], 1e-12 + 1e-12 * Math.abs(once[i]), "accumulated gradient " + i);
            }
        }
    }

    private static void check(String name, Plan plan, Kernels kernels, float[] dy, Slice slice, double[] gradient) {
        double[] values = Arrays64.read(slice);
        double h = 1e-5;
        for (int i = 0; i < values.length; i++) {
            double[] sums = new double[2];
            for (int side = 0; side < 2; side++) {
                Arrays64.write(slice.slice(i, 1), values[i] + (side == 0 ? h : -h));
                plan.forward(kernels, N);
                double[] y = Arrays64.read(plan.y().data());
                for (int k = 0; k < y.length; k++) {
                    sums[side] += y[k] * dy[k];
                }
            }
            Arrays64.write(slice.slice(i, 1), values[i]);
            assertEquals((sums[0] - sums[1]) / (2 * h), gradient[i], 1e-6 + 1e-6 * Math.abs(gradient[i]), name + " " + i);
        }
    }

    @Test
    void inferenceIsTrainingsForward() {
        try (Model model = new Model(Graph.of(new Transformer()), device, true);
                Plan inference = new Plan(model, N, Plan.Mode.INFERENCE);
                Plan training = new Plan(model, N, Plan.Mode.TRAINING);
                Kernels kernels = device.openKernels()) {
            model.initialize(3);
            for (Plan plan : List.of(inference, training)) {
                setInputs(plan, kernels);
                plan.forward(kernels, N);
            }
            assertArrayEquals(Arrays64.read(training.y().data()), Arrays64.read(inference.y().data()));
        }
    }

    /** What an operation names for {@link KernelCheck} is what it calls. */
    @Test
    void kernelsAreThoseThatAreAskedFor() {
        RecordingDevice recording = new RecordingDevice(device);
        Graph graph = Graph.of(new Transformer());
        try (Model model = new Model(graph, recording, true);
                Plan plan = new Plan(model, N, Plan.Mode.TRAINING_WITH_INPUT_GRADIENT, "x", "condition");
                Plan tangent = new Plan(model, N, Plan.Mode.TANGENT);
                Gradients gradients = new Gradients(model);
                Kernels kernels = recording.openKernels()) {
            recording.clear();
            plan.forward(kernels, N);
            assertEquals(asked(graph, Operation.Pass.FORWARD), called(recording));
            plan.backward(kernels, N, gradients, false);
            assertEquals(asked(graph, Operation.Pass.BACKWARD), called(recording));
            tangent.forward(kernels, N);
            Set<String> both = asked(graph, Operation.Pass.FORWARD);
            both.addAll(asked(graph, Operation.Pass.TANGENT));
            Set<String> calls = called(recording);
            calls.removeAll(Set.of("affine", "fill")); // what does not depend on the time has the tangent zero
            assertEquals(both, calls);
        }
    }

    private static Set<String> asked(Graph graph, Operation.Pass pass) {
        return graph.operations.stream().flatMap(operation -> operation.kernels(pass).stream()).map(Kernel::toString)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> called(RecordingDevice recording) {
        Set<String> called = recording.calls().stream().map(RecordingDevice.Call::operation)
                .collect(Collectors.toCollection(TreeSet::new));
        recording.clear();
        return called;
    }

    /** A layer of the channels of x. */
    private record Layer(ImageShape input, ImageShape output, Function<GraphBuilder, Value> body) implements Network {

        @Override
        public int outputChannels() {
            return output.channels();
        }

        @Override
        public List<String> scalars() {
            return List.of("t");
        }

        @Override
        public ConditionShape condition() {
            return new ConditionShape.None();
        }

        @Override
        public Value describe(GraphBuilder graph) {
            return body.apply(graph);
        }
    }

    /** Of one sample, NHWC. */
    private void requireOutput(Layer layer, float[] x, double... expected) {
        try (Model model = new Model(Graph.of(layer), device, false);
                Plan plan = new Plan(model, 1, Plan.Mode.INFERENCE);
                Kernels kernels = device.openKernels()) {
            kernels.upload(x, 0, plan.x().data());
            plan.forward(kernels, 1);
            assertArrayEquals(expected, Arrays64.read(plan.y().data()), 1e-12);
        }
    }

    /** Which operand is which, by hand: the channels of one pixel are all operands. */
    @Test
    void operandsAreTheirs() {
        ImageShape six = new ImageShape(6, 1, 1);
        ImageShape two = new ImageShape(2, 1, 1);
        float[] x = {1, 3, 0.5f, -3, 10, 20};
        double unit = 1 / Math.sqrt(1.5);
        requireOutput(new Layer(six, two, graph -> graph.transformer().modulatedNorm(
                graph.columns(graph.x(), 0, 2), 0.5f, graph.columns(graph.x(), 2, 2), graph.columns(graph.x(), 4, 2))), x,
                -unit * 1.5 + 10, unit * -2 + 20);
        requireOutput(new Layer(six, two, graph -> graph.transformer().gate(
                graph.columns(graph.x(), 0, 2), graph.columns(graph.x(), 2, 2), graph.columns(graph.x(), 4, 2))), x,
                10.5, 11);
        requireOutput(new Layer(six, two, graph -> graph.transformer().activation(
                Activation.QUICK_GELU, graph.columns(graph.x(), 2, 2))), x,
                0.5 / (1 + Math.exp(-0.851)), -3 / (1 + Math.exp(5.106)));
    }

    @Test
    void rowsAreSummed() {
        ImageShape pixels = new ImageShape(2, 1, 3);
        ImageShape one = new ImageShape(2, 1, 1);
        float[] x = {1, 10, 2, 20, 6, 60};
        requireOutput(new Layer(pixels, one, graph -> graph.transformer().sumRows(graph.x())), x, 9, 90);
        float third = 1f / 3;
        requireOutput(new Layer(pixels, one, graph -> graph.transformer().meanRows(graph.x())), x, 9.0 * third, 90.0 * third);
    }

    /** Without bias means without a parameter of that name; a normalisation that the sample modulates has none at all. */
    @Test
    void parametersHaveTheirNames() {
        assertEquals(
                List.of("text_norm.weight", "text_norm.bias", "time.weight", "time.bias", "pooled.weight", "scale.weight",
                        "shift.weight", "gate.weight", "scale.bias", "shift.bias", "gate.bias", "in.weight", "in.bias",
                        "q.weight", "k.weight", "v.weight", "up.weight", "up.bias", "mlp.weight", "mlp.bias",
                        "out_norm.weight", "out_norm.bias", "out.weight", "out.bias"),
                Graph.of(new Transformer()).layout().trained().stream().map(Parameter::name).toList());
    }

    @Test
    void oddChannelsHaveNoHalves() {
        GraphBuilder graph = GraphBuilder.of(new GraphParts(), new ImageShape(3, 2, 2), List.of("t"), new ConditionShape.None());
        assertEquals("x has 3 channels, must have two halves",
                assertThrows(IllegalArgumentException.class, () -> graph.transformer().geglu(graph.x())).getMessage());
    }
}
