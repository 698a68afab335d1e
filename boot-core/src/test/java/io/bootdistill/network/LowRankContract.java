package io.bootdistill.network;

import static io.bootdistill.network.NetworkOfFixture.BLOCK;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.Golden;
import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.network.LowRank.Target;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks with low-rank adapters on a device; a device's tests extend this class. */
public abstract class LowRankContract {

    private static final LowRank ALL = new LowRank(3, 6, List.of(Target.values()));

    protected abstract Device device();

    static Stream<String> networks() {
        return NetworkOfFixture.NAMES.stream().filter(name -> !name.contains("no-attention"));
    }

    /** One layer of two values. */
    record Layer() implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(2, 1, 1);
        }

        @Override
        public int outputChannels() {
            return 2;
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
            return graph.transformer().unbiased("layer.to_q", graph.x(), 2, null);
        }
    }

    /** W = (1 2; 3 4), A = (1 −1), B = (½; 0), s/r = 2, x = (1, 2), dy = (1, 1). */
    @Test
    void outputAndGradientsByHand() {
        try (Model model = new Model(Graph.of(new Layer()), device(), false);
                Kernels kernels = device().openKernels()) {
            model.set("layer.to_q.weight", new float[] {1, 2, 3, 4});
            model.prepare(kernels, 0, 1);
            Graph graph = model.graph().adapted(new LowRank(1, 2, List.of(Target.TO_Q)));
            try (Model adapted = model.adapted(graph, 5);
                    Plan plan = new Plan(adapted, 1, Plan.Mode.TRAINING_WITH_INPUT_GRADIENT);
                    Gradients gradients = new Gradients(adapted)) {
                adapted.set("layer.to_q.lora_A.weight", new float[] {1, -1});
                adapted.set("layer.to_q.lora_B.weight", new float[] {0.5f, 0});
                adapted.prepare(kernels, 0, 1);
                kernels.upload(new float[] {1, 2}, 0, plan.x().data());
                plan.forward(kernels, 1);
                assertArrayEquals(new float[] {4, 11}, download(kernels, plan.y()));
                kernels.upload(new float[] {1, 1}, 0, plan.dy().data());
                plan.backward(kernels, 1, gradients, false);
                Map<String, float[]> found = new HashMap<>();
                adapted.save(gradients.flat(), (parameter, values) -> found.put(parameter.name(), values));
                assertEquals(2, found.size());
                assertArrayEquals(new float[] {1, 2}, found.get("layer.to_q.lora_A.weight"));
                assertArrayEquals(new float[] {-2, -2}, found.get("layer.to_q.lora_B.weight"));
                assertArrayEquals(new float[] {5, 5}, download(kernels, plan.dx()));
            }
        }
    }

    private static float[] download(Kernels kernels, io.bootdistill.device.Tensor tensor) {
        float[] values = new float[(int) tensor.data().length()];
        kernels.download(tensor.data(), values, 0);
        return values;
    }

    private static float[] output(NetworkOfFixture run, Model model) {
        Plan plan = run.plan(model, Plan.Mode.INFERENCE);
        plan.forward(run.kernels, BLOCK);
        return run.values(plan.y().data());
    }

    /** Of all layers that are there: where the pixels see the text alone, keys and values are others. */
    private static LowRank adapter(String name) {
        return name.endsWith("unet-if2") ? new LowRank(3, 6, List.of(Target.TO_Q, Target.TO_OUT)) : ALL;
    }

    /** With the teacher's own forms of its weights, for forward alone and for backward, too. */
    @ParameterizedTest
    @MethodSource("networks")
    void startsAsItsTeacher(String name) {
        for (boolean gradient : new boolean[] {false, true}) {
            try (NetworkOfFixture run = new NetworkOfFixture(device())) {
                Model teacher = run.model(NetworkOfFixture.graph(name), gradient);
                float[] expected = output(run, teacher);
                Model adapted = run.own(teacher.adapted(teacher.graph().adapted(adapter(name)), 7));
                assertArrayEquals(expected, output(run, adapted), name);
                NetworkOfFixture.fill(adapted);
                assertFalse(Arrays.equals(expected, output(run, adapted)), "A and B make no difference");
                assertArrayEquals(expected, output(run, teacher), "the teacher's own");
            }
        }
    }

    /** The gradients of A and B are those of the weights W + (s/r)·B·A by the chain rule; that of x is the same. */
    @ParameterizedTest
    @ValueSource(strings = {
        "unet/class-conditional", "unet/fourier-class-timestep", "text-to-image/unet-sd1", "text-to-image/unet-if1",
        "text-to-image/dit"
    })
    void gradientsAreThoseOfTheSumOfWeights(String name) {
        try (NetworkOfFixture run = new NetworkOfFixture(device())) {
            Model teacher = run.model(NetworkOfFixture.graph(name), false);
            Model adapted = run.own(teacher.adapted(teacher.graph().adapted(ALL), 7));
            NetworkOfFixture.fill(adapted);
            Map<String, float[]> pairs = new HashMap<>();
            adapted.save((parameter, values) -> pairs.put(parameter.name(), values));
            Model sum = run.model(teacher.graph(), true);
            Map<String, float[]> weights = new HashMap<>();
            teacher.save((parameter, values) -> weights.put(parameter.name(), with(parameter, values, pairs)));
            sum.load(parameter -> weights.get(parameter.name()));

            Map<String, float[]> ofPairs = new HashMap<>();
            Map<String, float[]> ofSum = new HashMap<>();
            float[] dx = run.gradients(adapted, ofPairs);
            Golden.gradient(name + " dx", run.gradients(sum, ofSum), dx, 0);
            int layers = 0;
            for (String layer : ofSum.keySet()) {
                float[] dA = ofPairs.get(a(layer));
                if (dA != null) {
                    int rank = pairs.get(a(layer)).length / columns(sum, layer);
                    float[][] expected = chain(ofSum.get(layer), pairs.get(a(layer)), pairs.get(b(layer)), rank);
                    Golden.gradient(name + " " + a(layer), expected[0], dA, 0);
                    Golden.gradient(name + " " + b(layer), expected[1], ofPairs.get(b(layer)), 0);
                    layers++;
                }
            }
            assertEquals(ofPairs.size(), 2 * layers, "no other gradients");
            assertTrue(layers > 0);
        }
    }

    private static String a(String weight) {
        return weight.replace(".weight", ".lora_A.weight");
    }

    private static String b(String weight) {
        return weight.replace(".weight", ".lora_B.weight");
    }

    private static int columns(Model model, String weight) {
        return model.graph().layout().find(weight).shape()[1];
    }

    /** W + (s/r)·B·A. */
    private static float[] with(Parameter parameter, float[] weights, Map<String, float[]> pairs) {
        float[] a = pairs.get(a(parameter.name()));
        float[] b = pairs.get(b(parameter.name()));
        if (!parameter.name().endsWith(".weight") || a == null) {
            return weights;
        }
        int in = parameter.shape()[1];
        int rank = a.length / in;
        float[] sum = new float[weights.length];
        for (int i = 0; i < sum.length; i++) {
            double added = 0;
            for (int k = 0; k < rank; k++) {
                added += (double) b[i / in * rank + k] * a[k * in + i % in];
            }
            sum[i] = (float) (weights[i] + ALL.factor() * added);
        }
        return sum;
    }

    /** dA = (s/r)·Bᵀ·dW and dB = (s/r)·dW·Aᵀ. */
    private static float[][] chain(float[] dW, float[] a, float[] b, int rank) {
        int in = a.length / rank;
        double[] dA = new double[a.length];
        double[] dB = new double[b.length];
        for (int i = 0; i < dW.length; i++) {
            for (int k = 0; k < rank; k++) {
                dA[k * in + i % in] += ALL.factor() * b[i / in * rank + k] * dW[i];
                dB[i / in * rank + k] += ALL.factor() * a[k * in + i % in] * dW[i];
            }
        }
        return new float[][] {floats(dA), floats(dB)};
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /** All that an adapted model reads of its teacher's suits images of another size, and the first channels alone. */
    @Test
    void isOfTheFirstChannelsAndOfAnotherSize() {
        try (NetworkOfFixture run = new NetworkOfFixture(device())) {
            UNet network = new UNet(UNetConfig.builder().channels(3, 4).size(16, 16)
                    .blockOutChannels(List.of(8, 12)).layersPerBlock(1).norm(4, 1e-5f)
                    .blocks(List.of(BlockType.PLAIN, BlockType.ATTENTION), List.of(BlockType.ATTENTION, BlockType.PLAIN)).build());
            Model teacher = run.model(Graph.of(network), false);
            for (Graph graph : List.of(
                    Graph.of(new LeadingChannels(network, 3)), Graph.of(new UNet(network.config().resized(8, 24))))) {
                float[] expected = output(run, run.own(teacher.at(graph)));
                assertArrayEquals(expected, output(run, run.own(teacher.adapted(graph.adapted(ALL), 7))));
            }
        }
    }

    @Test
    void gradientOfItsInputAloneIsThatOfTraining() {
        try (NetworkOfFixture run = new NetworkOfFixture(device())) {
            Model teacher = run.model(NetworkOfFixture.graph("text-to-image/unet-sd1"), false);
            Model adapted = run.own(teacher.adapted(teacher.graph().adapted(ALL), 7));
            NetworkOfFixture.fill(adapted);
            float[] expected = run.gradients(adapted, new HashMap<>());
            Plan plan = run.plan(adapted, Plan.Mode.INPUT_GRADIENT);
            plan.forward(run.kernels, BLOCK);
            run.kernels.upload(NetworkOfFixture.numbers(expected.length, 3), 0, plan.dy().data());
            plan.backward(run.kernels, BLOCK);
            assertArrayEquals(expected, run.values(plan.dx().data()));
        }
    }
}
