package io.bootdistill.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Linear;
import io.bootdistill.device.PassingDevice;
import java.lang.reflect.Method;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How much memory a model takes on a device whose prepared form of weights is as large as the weights. */
@Tag("fast")
class ModelMemoryTest {

    /** One linear layer. */
    private record Layer(int in, int out) implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(in, 1, 1);
        }

        @Override
        public int outputChannels() {
            return out;
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
            return graph.linear("layer", graph.x(), out, null);
        }
    }

    /** Counts the floats of its memory, which has length alone. */
    private static final class Counting extends PassingDevice {

        private long floats;

        Counting() {
            super(Devices.named("reference"));
        }

        @Override
        public DeviceMemory allocate(long length) {
            floats += length;
            return new DeviceMemory(length) {

                @Override
                protected void free() {}
            };
        }

        @Override
        protected Object call(Kernels kernels, Method method, Object[] arguments) throws Throwable {
            return method.getName().equals("preparedLength")
                    ? ((Linear) arguments[0]).weights() * ((boolean) arguments[1] ? 2 : 1) : super.call(kernels, method, arguments);
        }
    }

    /** Device memory of a model, in floats per parameter. */
    private static double perParameter(int in, int out, boolean gradient) {
        Counting device = new Counting();
        Graph graph = Graph.of(new Layer(in, out));
        new Model(graph, device, gradient).close();
        try (Kernels kernels = device.openKernels()) {
            long empty = 2 * 4; // at most: what is empty has one float
            assertEquals(4 * device.floats, Model.bytes(graph, kernels, gradient), empty, "told before there is one");
        }
        return (double) device.floats / graph.layout().length();
    }

    @Test
    void smallModelsHavePreparedWeights() {
        assertEquals(2, perParameter(8000, 3999, false), 0.01);
        assertEquals(3, perParameter(8000, 3999, true), 0.01);
    }

    @Test
    void largeModelsWithoutGradientsHoldTheirWeightsOnce() {
        assertEquals(1, perParameter(8000, 4000, false), 0.01);
        assertEquals(3, perParameter(8000, 4000, true), 0.01);
    }

    @Test
    void whatTrainingTakesIsKnownBefore() {
        Graph graph = Graph.of(new Layer(7, 5));
        try (Model model = new Model(graph, new Counting(), true); Plan plan = new Plan(model, 3, Plan.Mode.TRAINING)) {
            assertEquals(plan.bytes(), Plan.trainingBytes(graph, 3));
        }
    }
}
