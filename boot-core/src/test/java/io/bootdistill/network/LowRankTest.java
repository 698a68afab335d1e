package io.bootdistill.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.Fixtures;
import io.bootdistill.device.Conv;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Linear;
import io.bootdistill.device.PassingDevice;
import io.bootdistill.network.LowRank.Target;
import io.bootdistill.network.unet.ConditionalUNet;
import io.bootdistill.network.unet.ConditionalUNetReader;
import io.bootdistill.reference.Arrays64;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Low-rank adapters: numbers by hand, differences, what they hold, and what is refused. */
@Tag("fast")
class LowRankTest extends LowRankContract {

    private static final LowRank ADAPTER = new LowRank(2, 4, List.of(Target.TO_Q, Target.TO_V));

    @Override
    protected Device device() {
        return Devices.named("reference");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unet/class-conditional", "text-to-image/unet-sd1", "text-to-image/dit"})
    void gradientsAreThoseOfFiniteDifferences(String name) {
        try (NetworkOfFixture run = new NetworkOfFixture(device())) {
            Model teacher = run.model(NetworkOfFixture.graph(name), false);
            Model adapted = run.own(teacher.adapted(teacher.graph().adapted(ADAPTER), 7));
            NetworkOfFixture.fill(adapted);
            Plan plan = run.plan(adapted, Plan.Mode.TRAINING_WITH_INPUT_GRADIENT);
            Gradients gradients = run.gradients(adapted);
            float[] dy = NetworkOfFixture.numbers((int) plan.dy().data().length(), 3);
            plan.forward(run.kernels, NetworkOfFixture.BLOCK);
            run.kernels.upload(dy, 0, plan.dy().data());
            plan.backward(run.kernels, NetworkOfFixture.BLOCK, gradients, false);
            double[] gradient = Arrays64.read(gradients.flat());
            PlanTest.check(name, plan, run.kernels, dy, adapted.parameters(), gradient, 1 + gradient.length / 40);
        }
    }

    /** Each attention has two layers, of A and B each, whose ranks are limited by their widths. */
    @Test
    void parametersAreNamedAfterTheirLayers() {
        Graph graph = NetworkOfFixture.graph("text-to-image/unet-sd1");
        ParameterLayout layout = graph.adapted(LowRank.defaults()).layout();
        List<String> names = new ArrayList<>();
        for (Parameter weight : graph.layout().trained()) {
            if (weight.name().endsWith(".to_q.weight") || weight.name().endsWith(".to_v.weight")) {
                String layer = weight.name().replace(".weight", "");
                int rank = Math.min(64, Math.min(weight.shape()[0], weight.shape()[1]));
                assertArrayEquals(new int[] {rank, weight.shape()[1]}, layout.find(layer + ".lora_A.weight").shape());
                assertArrayEquals(new int[] {weight.shape()[0], rank}, layout.find(layer + ".lora_B.weight").shape());
                names.addAll(List.of(layer + ".lora_A.weight", layer + ".lora_B.weight"));
            }
        }
        assertTrue(names.size() > 4);
        assertEquals(names.stream().sorted().toList(), layout.all().stream().map(Parameter::name).sorted().toList());
        assertEquals(1.6875f, LowRank.defaults().factor());
    }

    /** Sixteen attentions to the pixels and to the text each, with SwiftBrush's adapter. */
    @Test
    void isSmallBesideStableDiffusion() {
        Graph graph = Graph.of(new ConditionalUNet(
                ConditionalUNetReader.read(Fixtures.file("text-to-image/configs/sd-2.1.json")), 64, 64, 77, false));
        long count = graph.adapted(LowRank.defaults()).layout().count();
        assertEquals(6.64e6, count, 0.005e6);
        assertEquals(866e6, graph.layout().count(), 0.5e6);
    }

    /** Two layers side by side, seen as one. */
    private record Whole(int from, int count) implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(2, 1, 1);
        }

        @Override
        public int outputChannels() {
            return count;
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
            Value both = graph.linears(List.of("layer.to_k", "layer.to_q"), new int[] {2, 2}, graph.x());
            return graph.affine(graph.columns(both, from, count), 1, 0);
        }
    }

    @Test
    void noNetworkLooksPastItsAdapter() {
        LowRank adapter = new LowRank(1, 1, List.of(Target.TO_Q));
        for (Whole network : List.of(new Whole(0, 4), new Whole(1, 2), new Whole(2, 1), new Whole(3, 1))) {
            assertThrows(IllegalStateException.class, () -> Graph.of(network).adapted(adapter), network.toString());
        }
        assertEquals(2, Graph.of(new Whole(2, 2)).adapted(adapter).operations.get(3).output.channels);
        assertEquals(5, Graph.of(new Whole(0, 2)).adapted(adapter).operations.size());
    }

    /** Counts the floats of its memory, and derives forms of weights that are as large as these, or twice. */
    private static final class Metering extends PassingDevice {

        long floats;
        int prepared;

        Metering(Device device) {
            super(device);
        }

        @Override
        public DeviceMemory allocate(long length) {
            floats += length;
            return super.allocate(length);
        }

        @Override
        protected Object call(Kernels kernels, Method method, Object[] arguments) throws Throwable {
            prepared += method.getName().equals("prepare") ? 1 : 0;
            if (!method.getName().equals("preparedLength")) {
                return super.call(kernels, method, arguments);
            }
            long weights = arguments[0] instanceof Linear linear ? linear.weights() : ((Conv) arguments[0]).weights();
            return weights * ((boolean) arguments[1] ? 2 : 1);
        }
    }

    @Test
    void holdsWhatItTrainsAlone() {
        Metering device = new Metering(device());
        try (NetworkOfFixture run = new NetworkOfFixture(device)) {
            Model teacher = run.model(NetworkOfFixture.graph("text-to-image/unet-sd1"), false);
            Graph graph = teacher.graph().adapted(ADAPTER);
            long before = device.floats;
            run.own(teacher.adapted(graph, 7));
            long own = device.floats - before;
            assertEquals(Model.bytes(graph, run.kernels, true), 4 * own, "told before");
            long derived = graph.layout().all().stream().mapToLong(p -> MemoryPlanner.align(2 * p.size())).sum();
            assertEquals(graph.layout().length() + derived, own, "A, B, and twice as much that is derived of them");
            assertTrue(10 * own < teacher.graph().layout().length(), own + " floats");
            Model adapted = run.own(teacher.adapted(graph, 7));
            device.prepared = 0;
            adapted.prepare(run.kernels, 0, 1);
            assertEquals(graph.layout().trained().size(), device.prepared, "derives nothing of its teacher's");
            assertEquals(Plan.trainingBytes(graph, NetworkOfFixture.BLOCK), run.plan(adapted, Plan.Mode.TRAINING).bytes());
            Gradients gradients = run.gradients(adapted);
            assertEquals(graph.layout().length(), gradients.flat().length());
        }
    }

    /** Its forms of weights are its teacher's, unless those are for another shape. */
    @Test
    void sharesWhatIsDerivedOfWeights() {
        try (NetworkOfFixture run = new NetworkOfFixture(new Metering(device()))) {
            UNetConfig config = UNetConfig.read(Fixtures.file("unet/class-conditional/config.json"));
            Model teacher = run.model(Graph.of(new UNet(config.resized(8, 8))), false);
            for (int size : new int[] {8, 16}) {
                Graph graph = Graph.of(new UNet(config.resized(size, size))).adapted(ADAPTER);
                ModelWeights adapted = run.own(teacher.adapted(graph, 7)).weights();
                int frozen = 0;
                for (int i = 0; i < graph.operations.size(); i++) {
                    Operation operation = graph.operations.get(i);
                    if (operation.shape() != null && !operation.blocks[0].isTrained()) {
                        assertEquals(size == 8 || operation instanceof LinearOperation, adapted.forward(i).prepared() != null);
                        assertNull(adapted.backward(i).prepared(), "the teacher's are for forward alone");
                        frozen++;
                    }
                }
                assertTrue(frozen > 10);
            }
        }
    }

    /** The constants are its teacher's, whatever it takes over. */
    @Test
    void takesOverWhatItTrainsAlone() {
        try (NetworkOfFixture run = new NetworkOfFixture(device())) {
            Graph graph = NetworkOfFixture.graph("unet/fourier-class-timestep");
            Model teacher = run.model(graph, false);
            Model other = run.own(new Model(graph, device(), false));
            other.initialize(8);
            Model adapted = run.own(teacher.adapted(graph.adapted(ADAPTER), 1));
            Model source = run.own(other.adapted(graph.adapted(ADAPTER), 2));
            List<float[]> before = parameters(teacher);
            adapted.load(source, source.parameters());
            for (int i = 0; i < before.size(); i++) {
                assertArrayEquals(before.get(i), parameters(teacher).get(i));
            }
            assertArrayEquals(run.values(source.parameters()), run.values(adapted.parameters()));
        }
    }

    private static List<float[]> parameters(Model model) {
        List<float[]> all = new ArrayList<>();
        model.save((parameter, values) -> all.add(values));
        return all;
    }

    @Test
    void isRefusedAfterItsTeacher() {
        Model teacher = new Model(Graph.of(new Layer()), device(), false);
        Graph graph = teacher.graph().adapted(new LowRank(1, 1, List.of(Target.TO_Q)));
        try (Kernels kernels = device().openKernels()) {
            try (Model other = teacher.adapted(graph, 1)) {
                other.initialize(2);
            }
            try (Model adapted = teacher.adapted(graph, 1); Plan plan = new Plan(adapted, 1, Plan.Mode.INFERENCE)) {
                plan.forward(kernels, 1); // the teacher is as before, after another adapter was closed
                teacher.close();
                assertThrows(IllegalStateException.class, () -> plan.forward(kernels, 1));
            }
        }
    }

    private static void refused(String message, Runnable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }

    @Test
    void whatCannotBeAdaptedIsRefused() {
        refused("rank of the adapter is 0, must be at least 1", () -> new LowRank(0, 1, List.of(Target.TO_Q)));
        refused("scale of the adapter is 0.0, must be above 0 and finite", () -> new LowRank(1, 0, List.of(Target.TO_Q)));
        refused("scale of the adapter is Infinity, must be above 0 and finite",
                () -> new LowRank(1, Double.POSITIVE_INFINITY, List.of(Target.TO_Q)));
        refused("targets of the adapter is [], must be at least one of [TO_Q, TO_K, TO_V, TO_OUT]",
                () -> new LowRank(1, 1, List.of()));
        refused("targets of the adapter is [TO_Q, TO_V], must be some of [TO_Q]: this one is Layer[]",
                () -> Graph.of(new Layer()).adapted(ADAPTER));
        Mlp without = new Mlp(2, 4, 1, 0);
        refused("targets of the adapter is [TO_Q, TO_V], must be of a network with attention: this one is " + without,
                () -> Graph.of(without).adapted(ADAPTER));

        Graph plain = Graph.of(new Layer());
        Graph graph = plain.adapted(new LowRank(1, 1, List.of(Target.TO_Q)));
        refused("graph is adapted, must be made a model of by that of its network", () -> new Model(graph, device(), true));
        try (Model teacher = new Model(plain, device(), false); Model adapted = teacher.adapted(graph, 1)) {
            for (Graph other : Stream.of(plain, NetworkOfFixture.graph("text-to-image/dit").adapted(ADAPTER)).toList()) {
                assertThrows(IllegalArgumentException.class, () -> teacher.adapted(other, 1));
            }
            assertThrows(IllegalArgumentException.class, () -> adapted.adapted(graph, 1));
            assertThrows(IllegalArgumentException.class, () -> adapted.at(graph));
        }
    }
}
