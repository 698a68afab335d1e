package io.bootdistill.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.reference.Arrays64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The first channels of a network's output, as a network. */
@Tag("fast")
class LeadingChannelsTest {

    private static final int N = 2;
    private static final Network WHOLE = new PlanTest.Tangle();
    private static final int PIXELS = WHOLE.input().pixels();

    private final Device device = Devices.named("reference");
    private final Scope scope = new Scope();
    private final Kernels kernels = scope.own(device.openKernels());

    @AfterEach
    void close() {
        scope.close();
    }

    private Model model(Network network) {
        Model model = scope.own(new Model(Graph.of(network), device, true));
        model.initialize(5);
        return model;
    }

    private Plan plan(Model model, Plan.Mode mode) {
        Plan plan = scope.own(new Plan(model, N, mode));
        kernels.upload(PlanTest.numbers(N * WHOLE.input().size(), 0), 0, plan.x().data());
        kernels.upload(new float[] {3, 10}, 0, plan.scalar("t").data());
        kernels.upload(new float[] {2, 0}, 0, plan.condition().data());
        return plan;
    }

    @Test
    void valuesAndParametersAreThoseOfTheWhole() {
        Model whole = model(WHOLE);
        Model first = model(LeadingChannels.of(WHOLE, 1));
        assertEquals(new ImageShape(1, 4, 4), first.graph().network().output());
        assertArrayEquals(Arrays64.read(whole.parameters()), Arrays64.read(first.parameters()));
        for (Plan.Mode mode : new Plan.Mode[] {Plan.Mode.INFERENCE, Plan.Mode.TRAINING, Plan.Mode.TANGENT}) {
            Plan of = plan(whole, mode);
            Plan part = plan(first, mode);
            of.forward(kernels, N);
            part.forward(kernels, N);
            double[] all = Arrays64.read(of.y().data());
            double[] found = Arrays64.read(part.y().data());
            for (int i = 0; i < N * PIXELS; i++) {
                assertEquals(all[2 * i], found[i], mode + ", value " + i);
            }
        }
        assertEquals(WHOLE, LeadingChannels.of(WHOLE, 2));
        assertThrows(IllegalArgumentException.class, () -> LeadingChannels.of(WHOLE, 3));
    }

    @Test
    void gradientsAreThoseOfFiniteDifferences() {
        Model model = model(LeadingChannels.of(WHOLE, 1));
        Plan plan = plan(model, Plan.Mode.TRAINING_WITH_INPUT_GRADIENT);
        Gradients gradients = scope.own(new Gradients(model));
        float[] dy = PlanTest.numbers(N * PIXELS, 1);
        plan.forward(kernels, N);
        kernels.upload(dy, 0, plan.dy().data());
        plan.backward(kernels, N, gradients, false);
        double[] dx = Arrays64.read(plan.dx().data()); // the next forward uses its memory
        PlanTest.check("parameters", plan, kernels, dy, model.parameters(), Arrays64.read(gradients.flat()), 3);
        PlanTest.check("x", plan, kernels, dy, plan.x().data(), dx, 1);
    }

    /** Whatever lay there before: the memory of gradients is that of others. */
    @Test
    void gradientOfTheOtherChannelsIsZero() {
        Binding b = new Binding(1, 1, 0);
        b.x[0] = tensor(2, 0, 0, 0, 0);
        b.dx[0] = tensor(2, 7, 7, 7, 7);
        b.dy = tensor(1, 3, 4);
        new LeadingOperation(new Value(0, 1, 2, 2), new Value(1, 1, 2, 1)).passes(b).backward(kernels, 1, new Slice[0], false);
        assertArrayEquals(new double[] {3, 0, 4, 0}, Arrays64.read(b.dx[0].data()));
    }

    private Tensor tensor(int channels, float... values) {
        Tensor tensor = Tensor.of(scope.own(device.allocate(values.length)).slice(), channels);
        kernels.upload(values, 0, tensor.data());
        return tensor;
    }
}
