package io.bootdistill.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.internal.device.Scope;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Further outputs of a network: their values last, and their gradients count beside that of the output. */
@Tag("fast")
class PlanOutputsTest {

    /** Two linear layers, of which the first is named, too, and layers after that need its memory. */
    private record TwoOutputs(String name) implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(2, 1, 1);
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
            Value early = graph.linear("early", graph.x(), 3, null);
            graph.output("early", early);
            Value h = graph.silu(early);
            graph.output(name, h);
            return graph.silu(graph.silu(graph.linear("late", h, 3, null)));
        }
    }

    private final Device device = Devices.named("reference");
    private final Scope scope = new Scope();
    private final Kernels kernels = scope.own(device.openKernels());
    private final Model model = scope.own(new Model(Graph.of(new TwoOutputs("middle")), device, true));

    @AfterEach
    void close() {
        scope.close();
    }

    private float[] read(Slice slice, int count) {
        float[] values = new float[Math.toIntExact(slice.length())];
        kernels.download(slice, values, 0);
        return Arrays.copyOf(values, count);
    }

    private Plan plan(Plan.Mode mode) {
        model.load(parameter -> {
            float[] values = new float[parameter.size()];
            Arrays.fill(values, parameter.name().endsWith("bias") ? 0 : 0.5f);
            return values;
        });
        Plan plan = scope.own(new Plan(model, 1, mode));
        kernels.upload(new float[] {2, 4}, 0, plan.x().data());
        plan.forward(kernels, 1);
        return plan;
    }

    /** The gradient of the first layer's weights, of dy = (1, 2, 3) and a gradient of the first layer's output. */
    private float[] gradient(Plan plan, Gradients gradients, float... early) {
        plan.forward(kernels, 1);
        kernels.upload(new float[] {1, 2, 3}, 0, plan.dy().data());
        kernels.fill(plan.outputGradient("middle").data(), 0);
        kernels.upload(early, 0, plan.outputGradient("early").data());
        plan.backward(kernels, 1, gradients, false);
        return read(gradients.flat(), 6);
    }

    @Test
    void valuesLast() {
        Plan plan = plan(Plan.Mode.INFERENCE);
        assertArrayEquals(new float[] {3, 3, 3}, read(plan.output("early").data(), 3));
        assertEquals(3 / (1 + Math.exp(-3)), read(plan.output("middle").data(), 1)[0], 1e-6);
        assertNull(plan.output("late"));
        assertNull(plan.outputGradient("early"));
    }

    @Test
    void gradientsCount() {
        Plan plan = plan(Plan.Mode.TRAINING);
        Gradients gradients = scope.own(new Gradients(model));
        float[] without = gradient(plan, gradients, 0, 0, 0);
        float[] with = gradient(plan, gradients, 1, 10, 100);
        float[] expected = {2, 20, 200, 4, 40, 400};
        for (int i = 0; i < 6; i++) {
            assertEquals(expected[i], with[i] - without[i], 1e-4);
        }
        assertTrue(without[0] > 0.1);
    }

    @Test
    void namesDiffer() {
        assertThrows(IllegalArgumentException.class, () -> Graph.of(new TwoOutputs("early")));
    }
}
