package io.bootdistill.network;

import static io.bootdistill.reference.Arrays64.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Layers over tokens: their gradients through a graph (tangents: {@link PlanTangentTest}), what passes straight through, and what is refused. */
@Tag("fast")
class TokenLayersTest {

    private static final int BLOCK = 3;
    private final Device device = Devices.named("reference");

    /** With ids that repeat: the gradient of a word is a sum over its places. */
    @Test
    void gradientsAreThoseOfFiniteDifferences() {
        try (Model model = new Model(Graph.of(new TokenNetwork()), device, true);
                Plan plan = new Plan(model, BLOCK, Plan.Mode.TRAINING_WITH_INPUT_GRADIENT);
                Gradients gradients = new Gradients(model);
                Kernels kernels = device.openKernels()) {
            model.initialize(5);
            kernels.upload(PlanTest.numbers(BLOCK * 48, 0), 0, plan.x().data());
            kernels.upload(new float[] {3, 10, 70}, 0, plan.scalar("t").data());
            kernels.upload(new float[] {2, 0, 2, 1, 1, 1, 4, 3, 0}, 0, plan.condition().data());
            float[] dy = PlanTest.numbers(BLOCK * 48, 1);
            plan.forward(kernels, BLOCK);
            kernels.upload(dy, 0, plan.dy().data());
            plan.backward(kernels, BLOCK, gradients, false);
            double[] once = read(gradients.flat());
            double[] dx = read(plan.dx().data());
            PlanTest.check("parameters", plan, kernels, dy, model.parameters(), once, 1);
            PlanTest.check("x", plan, kernels, dy, plan.x().data(), dx, 1);
            plan.forward(kernels, BLOCK);
            kernels.upload(dy, 0, plan.dy().data());
            plan.backward(kernels, BLOCK, gradients, true);
            double[] twice = read(gradients.flat());
            for (int i = 0; i < once.length; i++) {
                assertEquals(2 * once[i], twice[i], 1e-12 + 1e-12 * Math.abs(once[i]), "accumulated gradient " + i);
            }
        }
    }

    /** Two channels, 2×2 pixels, and a time. */
    private record Small(Function<GraphBuilder, Value> body) implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(2, 2, 2);
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
            return new ConditionShape.None();
        }

        @Override
        public Value describe(GraphBuilder graph) {
            return body.apply(graph);
        }
    }

    /** The code is a constant; its derivatives are those of what it stands for. */
    @Test
    void derivativesOfTheNearestCodePassStraightThrough() {
        Graph graph = Graph.of(new Small(g -> g.tokens().nearestCode("codes", g.pointwise("h", g.x(), 2), 3)));
        assertEquals(List.of("codes.weight"), graph.layout().constants().stream().map(Parameter::name).toList());
        assertArrayEquals(new int[] {3, 2}, graph.layout().constants().get(0).shape());
        float[] identity = {1, 0, 0, 1};
        try (Model model = new Model(graph, device, true);
                Plan plan = new Plan(model, 1, Plan.Mode.TRAINING_WITH_INPUT_GRADIENT);
                Gradients gradients = new Gradients(model);
                Kernels kernels = device.openKernels()) {
            model.load(parameter -> switch (parameter.name()) {
                case "codes.weight" -> new float[] {1, 1, -1, 2, 1, 1};
                case "h.weight" -> identity;
                default -> new float[2];
            });
            kernels.upload(new float[] {0.5f, 0, -3, 0, 9, 9, 0, 2}, 0, plan.x().data());
            plan.forward(kernels, 1);
            assertArrayEquals(new double[] {1, 1, -1, 2, 1, 1, -1, 2}, read(plan.y().data()));
            float[] dy = {1, 2, 3, 4, 5, 6, 7, 8};
            kernels.upload(dy, 0, plan.dy().data());
            plan.backward(kernels, 1, gradients, false);
            assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6, 7, 8}, read(plan.dx().data()));
        }
        Function<GraphBuilder, Value> h = g -> g.conv("h", g.x(), 2, 1, 1,
                g.linear("t", g.timeEmbedding(g.scalar("t"), new float[] {1}, true), 2, null), null);
        try (TangentRun of = new TangentRun(new Small(h), device);
                TangentRun through = new TangentRun(new Small(g -> g.tokens().nearestCode("codes", h.apply(g), 3)), device)) {
            assertArrayEquals(read(of.run(1, 1, 2).plan.yTangent().data()), read(through.run(1, 1, 2).plan.yTangent().data()));
        }
    }

    private static void requireRefusal(String message, Function<GraphBuilder, Value> body) {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> Graph.of(new Small(body)));
        assertEquals(message, refusal.getMessage());
    }

    @Test
    void shapesThatDoNotFitAreRefused() {
        requireRefusal("ids is a part of another value, must be one of its own",
                g -> g.tokens().embedding("token", g.columns(g.x(), 0, 1), 5, 2));
        requireRefusal("rows has 7 values, must have 4×2", g -> g.tokens().addRows(g.x(), new float[7]));
        requireRefusal("a has 2 channels and b 1, must be equal", g -> g.tokens().join(g.x(), g.scalar("t")));
        requireRefusal("an image of 2×2 does not divide into patches of 3×3", g -> g.tokens().patchify(g.x(), 3, true));
        requireRefusal("tokens has 2 channels, must be a multiple of 2²", g -> g.tokens().unpatchify(g.x(), 2, true));
    }
}
