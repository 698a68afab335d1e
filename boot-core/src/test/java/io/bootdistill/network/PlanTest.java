package io.bootdistill.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Activation;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.reference.Arrays64;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Plans of a network whose operations share and alias memory in every way: residuals, concatenations, fused parts. */
@Tag("fast")
class PlanTest {

    private static final int BLOCK = 3;
    private final Device device = Devices.named("reference");
    private final Graph graph = Graph.of(new Tangle());

    /** Skips used twice, a residual of a part, two residuals of one value, a concatenation of one. */
    record Tangle() implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(2, 4, 4);
        }

        @Override
        public int outputChannels() {
            return 2;
        }

        @Override
        public java.util.List<String> scalars() {
            return java.util.List.of("t");
        }

        @Override
        public ConditionShape condition() {
            return new ConditionShape.Label(3);
        }

        @Override
        public Value describe(GraphBuilder graph) {
            Value e = graph.linear("time", graph.timeEmbedding(graph.scalar("t"), new float[] {1, 0.1f}, true), 6, null);
            e = graph.silu(graph.embedding("label", e, graph.condition(), 3));
            Value shifts = graph.linears(java.util.List.of("s1", "s2"), new int[] {4, 4}, e);
            Value a = graph.conv("a", graph.affine(graph.x(), 2, -1), 4, 1, 1, graph.columns(shifts, 0, 4), null);
            Value b = graph.conv("b", graph.groupNorm("n1", a, 2, 1e-5f, Activation.SILU, null, null), 4, 1, 1, null, a);
            Value down = graph.downsample(b);
            Value c = graph.conv("c", down, 4, 1, 1, graph.columns(shifts, 4, 4), down);
            Value q = graph.linears(java.util.List.of("q", "k", "v"), new int[] {4, 4, 4}, c);
            Value attention = graph.attention(
                    graph.columns(q, 0, 4), graph.columns(q, 4, 4), graph.columns(q, 8, 4), null, 2);
            Value d = graph.linear("d", attention, 4, c);
            Value up = graph.concat(graph.upsample(graph.add(d, c)), b); // c is a residual twice
            return graph.conv("out", graph.concat(graph.pointwise("p", up, 3), graph.silu(up)), 2);
        }
    }

    private Model model() {
        Model model = new Model(graph, device, true);
        model.initialize(5);
        return model;
    }

    static float[] numbers(int count, int draw) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = Philox.normal(17, draw, i);
        }
        return values;
    }

    private static void setInputs(Plan plan, Kernels kernels) {
        kernels.upload(numbers(plan.block() * 32, 0), 0, plan.x().data());
        kernels.upload(new float[] {3, 10, 70}, 0, plan.scalar("t").data());
        kernels.upload(new float[] {2, 0, 1}, 0, plan.condition().data());
    }

    private static void write(Slice slice, int index, double value) {
        Arrays64.write(slice.slice(index, 1), value);
    }

    @Test
    void inferenceIsTrainingsForwardInLessMemory() {
        try (Model model = model();
                Plan inference = new Plan(model, BLOCK, Plan.Mode.INFERENCE);
                Plan training = new Plan(model, BLOCK, Plan.Mode.TRAINING);
                Kernels kernels = device.openKernels()) {
            setInputs(inference, kernels);
            setInputs(training, kernels);
            inference.forward(kernels, BLOCK);
            training.forward(kernels, BLOCK);
            assertArrayEquals(Arrays64.read(training.y().data()), Arrays64.read(inference.y().data()));
            assertTrue(inference.bytes() < training.bytes(), inference.bytes() + " < " + training.bytes());
            double[] first = Arrays64.read(inference.y().data());
            inference.forward(kernels, BLOCK);
            assertArrayEquals(first, Arrays64.read(inference.y().data()), "inputs survive a run");
        }
    }

    @Test
    void gradientsAreThoseOfFiniteDifferences() {
        try (Model model = model();
                Plan plan = new Plan(model, BLOCK, Plan.Mode.TRAINING_WITH_INPUT_GRADIENT);
                Gradients gradients = new Gradients(model);
                Kernels kernels = device.openKernels()) {
            setInputs(plan, kernels);
            float[] dy = numbers(BLOCK * 32, 1);
            plan.forward(kernels, BLOCK);
            kernels.upload(dy, 0, plan.dy().data());
            plan.backward(kernels, BLOCK, gradients, false);
            double[] once = Arrays64.read(gradients.flat());
            double[] dx = Arrays64.read(plan.dx().data()); // the next forward uses its memory
            check("parameters", plan, kernels, dy, model.parameters(), once, 3);
            check("x", plan, kernels, dy, plan.x().data(), dx, 1);
            plan.forward(kernels, BLOCK);
            kernels.upload(dy, 0, plan.dy().data());
            plan.backward(kernels, BLOCK, gradients, true);
            double[] twice = Arrays64.read(gradients.flat());
            for (int i = 0; i < once.length; i++) {
                assertEquals(2 * once[i], twice[i], 1e-12 + 1e-12 * Math.abs(once[i]), "accumulated gradient " + i);
            }
        }
    }

    /** Central differences of Σ y·dy. */
    static void check(
            String name, Plan plan, Kernels kernels, float[] dy, Slice slice, double[] gradient, int every) {
        double[] values = Arrays64.read(slice);
        double h = 1e-5;
        for (int i = 0; i < values.length; i += every) {
            double[] sums = new double[2];
            for (int side = 0; side < 2; side++) {
                write(slice, i, values[i] + (side == 0 ? h : -h));
                plan.forward(kernels, plan.block());
                double[] y = Arrays64.read(plan.y().data());
                for (int k = 0; k < y.length; k++) {
                    sums[side] += y[k] * dy[k];
                }
            }
            write(slice, i, values[i]);
            assertEquals((sums[0] - sums[1]) / (2 * h), gradient[i], 1e-6 + 1e-6 * Math.abs(gradient[i]), name + " " + i);
        }
    }

    @Test
    void misuseIsRefused() {
        try (Model model = new Model(graph, device, false);
                Plan plan = new Plan(model, 2, Plan.Mode.INFERENCE);
                Kernels kernels = device.openKernels()) {
            assertThrows(IllegalArgumentException.class, () -> plan.forward(kernels, 3));
            assertThrows(IllegalArgumentException.class, () -> plan.forward(kernels, 0));
            assertThrows(IllegalArgumentException.class, () -> new Plan(model, 0, Plan.Mode.INFERENCE));
            assertThrows(IllegalArgumentException.class, () -> new Plan(model, 1, Plan.Mode.TRAINING));
            try (Gradients gradients = new Gradients(model)) {
                assertThrows(IllegalStateException.class, () -> plan.backward(kernels, 1, gradients, false));
            }
        }
    }

    @Test
    void closedModelIsRefused() {
        Model model = new Model(graph, device, false);
        try (Plan plan = new Plan(model, 2, Plan.Mode.INFERENCE);
                Kernels kernels = device.openKernels()) {
            plan.forward(kernels, 1);
            model.close();
            assertThrows(IllegalStateException.class, () -> plan.forward(kernels, 1));
        }
    }
}
