package io.bootdistill.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.work.ConditionInputs;
import io.bootdistill.internal.work.ConditionTable;
import io.bootdistill.network.ConditionShape.Image;
import io.bootdistill.network.ConditionShape.Label;
import io.bootdistill.network.ConditionShape.None;
import io.bootdistill.network.ConditionShape.Part;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.ConditionShape.Tokens;
import io.bootdistill.network.ConditionShape.Vector;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Conditions of several parts: what a network makes of them, tables of them, derivatives by them. */
@Tag("fast")
class ConditionPartsTest {

    private static final int N = 3;
    private static final ImageShape SHAPE = new ImageShape(2, 3, 2);
    private static final Parts CONDITION = new Parts(List.of(
            new Part("text", new Tokens(5, 4, true)), new Part("pooled", new Vector(3)), new Part("label", new Label(7)),
            new Part("low", new Image(SHAPE))));
    private static final int FLOATS = 5 * 4 + 5 + 3 + 1 + 12;

    /** Reads all parts, the mask too. */
    private record Reader() implements Network {

        @Override
        public ImageShape input() {
            return SHAPE;
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
            return CONDITION;
        }

        @Override
        public Value describe(GraphBuilder graph) {
            Value text = graph.condition("text");
            Value e = graph.embedding("labels", graph.linear("pooled", graph.condition("pooled"), 6, null),
                    graph.condition("label"), 7);
            Value x = graph.conv("conv_in", graph.concat(graph.x(), graph.condition("low")), 6, 1, 1, e, null);
            Value attention = graph.attention(graph.linear("q", x, 6, null), graph.linear("k", text, 6, null),
                    graph.linear("v", text, 6, null), graph.mask("text"), 2);
            return graph.conv("conv_out", graph.linear("out", attention, 6, x), 2);
        }
    }

    private final Device device = Devices.named("reference");
    private final Scope scope = new Scope();
    private final Kernels kernels = scope.own(device.openKernels());
    private final Model model = scope.own(new Model(Graph.of(new Reader()), device, true));
    private final float[] x = numbers(N * SHAPE.size(), 1);
    private final float[] conditions = numbers(N * FLOATS, 2);

    ConditionPartsTest() {
        model.initialize(4);
        for (int i = 0; i < N; i++) {
            for (int token = 0; token < 5; token++) { // all of a sample's tokens count but the last i
                conditions[i * FLOATS + 20 + token] = token < 5 - i ? 0 : Float.NEGATIVE_INFINITY;
            }
            conditions[i * FLOATS + 28] = 2 * i + 1;
        }
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static float[] numbers(int count, long seed) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = Philox.normal(seed, 0, i);
        }
        return numbers;
    }

    private float[] read(Slice slice) {
        float[] values = new float[Math.toIntExact(slice.length())];
        kernels.download(slice, values, 0);
        return values;
    }

    private Tensor upload(float[] values, int channels) {
        Slice slice = scope.own(device.allocate(values.length)).slice();
        kernels.upload(values, 0, slice);
        return Tensor.of(slice, channels);
    }

    /** A plan with all inputs, the conditions given whole. */
    private Plan plan(Plan.Mode mode, String... by) {
        Plan plan = scope.own(by.length == 0 ? new Plan(model, N, mode) : new Plan(model, N, mode, by));
        kernels.upload(x, 0, plan.x().data());
        new ConditionInputs(plan, CONDITION, null).write(kernels, 0, N, upload(conditions, FLOATS));
        return plan;
    }

    private float[] output(Plan plan) {
        plan.forward(kernels, N);
        return read(plan.y().data());
    }

    @Test
    void shapesSayWhatTheyHold() {
        assertEquals(FLOATS, CONDITION.floats());
        assertEquals(List.of(new ConditionShape.Input("text", 20), new ConditionShape.Input("text.mask", 5),
                new ConditionShape.Input("pooled", 3), new ConditionShape.Input("label", 1), new ConditionShape.Input("low", 12)),
                CONDITION.inputs());
        assertEquals(20, new Tokens(5, 4, false).floats());
        assertEquals(List.of(new ConditionShape.Input("condition", 3)), new Vector(3).inputs());
        assertEquals(new Label(7), CONDITION.part("label").shape());
        assertThrows(IllegalArgumentException.class, () -> new Part("none", new None()));
        assertThrows(IllegalArgumentException.class, () -> new Parts(List.of()));
        Part part = new Part("a", new Vector(1));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new Parts(List.of(part, part))).getMessage()
                .contains("different names"));
    }

    @Test
    void eachPartLiesInAnInputOfItsOwn() {
        Plan plan = plan(Plan.Mode.INFERENCE);
        float[] label = read(plan.input("label").data());
        assertArrayEquals(new float[] {1, 3, 5}, label);
        float[] mask = read(plan.input("text.mask").data());
        assertArrayEquals(new float[] {0, 0, 0, 0, 0}, Arrays.copyOf(mask, 5));
        assertEquals(Float.NEGATIVE_INFINITY, mask[14]);
        assertEquals(conditions[FLOATS + 25], read(plan.input("pooled").data())[3]);
    }

    /** Samples are told rows, in any order and from any sample of a plan on. */
    @Test
    void tableGivesWhatIsGivenWhole() {
        ConditionTable table = scope.own(new ConditionTable(CONDITION, 4, device));
        int[] row = {3, 0, 2};
        for (int i = 0; i < N; i++) {
            table.set(kernels, row[i], conditions, i * FLOATS);
        }
        Plan plan = scope.own(new Plan(model, N, Plan.Mode.INFERENCE));
        kernels.upload(x, 0, plan.x().data());
        ConditionInputs inputs = new ConditionInputs(plan, CONDITION, table);
        inputs.write(kernels, 1, 2, upload(new float[] {0, 2}, 1));
        inputs.write(kernels, 0, 1, upload(new float[] {3}, 1));
        assertArrayEquals(output(plan(Plan.Mode.INFERENCE)), output(plan));
        assertThrows(IllegalArgumentException.class, () -> table.set(kernels, 4, conditions, 0));
    }

    /** A table of texts alone: samples carry the other parts behind the number of their row; so does what guidance leads away from. */
    @Test
    void tableOfSomePartsGivesWhatIsGivenWhole() {
        ConditionTable table = scope.own(new ConditionTable(new Parts(List.of(CONDITION.part("text"))), 4, device));
        int[] row = {3, 0, 2};
        int carried = 1 + FLOATS - 25;
        float[] given = new float[N * carried];
        for (int i = 0; i < N; i++) {
            table.set(kernels, row[i], conditions, i * FLOATS);
            given[i * carried] = row[i];
            System.arraycopy(conditions, i * FLOATS + 25, given, i * carried + 1, carried - 1);
        }
        ConditionShape shape = table.carried(CONDITION);
        assertEquals(carried, shape.floats());
        assertEquals(List.of("row", "pooled", "label", "low"), shape.inputs().stream().map(ConditionShape.Input::name).toList());
        assertEquals(4, ConditionTable.rows(shape));
        assertEquals(new Label(4), scope.own(new ConditionTable(CONDITION, 4, device)).carried(CONDITION));
        assertEquals(0, ConditionTable.rows(CONDITION));
        Plan plan = scope.own(new Plan(model, N, Plan.Mode.INFERENCE));
        kernels.upload(x, 0, plan.x().data());
        ConditionInputs inputs = new ConditionInputs(plan, CONDITION, table);
        inputs.write(kernels, 1, 2, upload(Arrays.copyOfRange(given, carried, N * carried), carried));
        inputs.write(kernels, 0, 1, upload(Arrays.copyOf(given, carried), carried));
        assertArrayEquals(output(plan(Plan.Mode.INFERENCE)), output(plan));
        inputs.writeNull(kernels, 0, N, upload(given, carried), upload(new float[] {3, 3, 3}, 1));
        for (int i = 0; i < N; i++) {
            System.arraycopy(conditions, 0, conditions, i * FLOATS, 25); // row 3 is the first sample's
        }
        assertArrayEquals(output(plan(Plan.Mode.INFERENCE)), output(plan));
    }

    /** Gradients by the input and parts, and tangents along all of them at once, are each other's check. */
    @Test
    void derivativesByPartsAreThoseOfFiniteDifferences() {
        String[] by = {"x", "text", "pooled", "low"};
        Plan training = plan(Plan.Mode.TRAINING_WITH_INPUT_GRADIENT, by);
        Plan moving = plan(Plan.Mode.TANGENT, by);
        Gradients gradients = scope.own(new Gradients(model));
        float[] dy = numbers(N * SHAPE.size(), 3);
        training.forward(kernels, N);
        kernels.upload(dy, 0, training.dy().data());
        training.backward(kernels, N, gradients, false);
        double slope = 0;
        for (int k = 0; k < by.length; k++) {
            float[] along = numbers(Math.toIntExact((long) N * inputFloats(by[k])), 10 + k);
            Tensor tangent = moving.tangent(by[k]);
            kernels.affine((long) along.length / tangent.channels(), upload(along, tangent.channels()), 1, 0, null, tangent);
            Tensor gradient = training.gradient(by[k]);
            Tensor dense = upload(new float[along.length], gradient.channels());
            kernels.affine((long) along.length / gradient.channels(), gradient, 1, 0, null, dense);
            float[] values = read(dense.data());
            for (int i = 0; i < along.length; i++) {
                slope += (double) values[i] * along[i];
            }
        }
        moving.forward(kernels, N);
        float[] rate = read(moving.yTangent().data());
        double expected = 0;
        for (int i = 0; i < rate.length; i++) {
            expected += (double) rate[i] * dy[i];
        }
        assertTrue(Math.abs(slope) > 0.1, "slope " + slope);
        assertEquals(expected, slope, 1e-5 * (1 + Math.abs(slope)));
    }

    private static int inputFloats(String name) {
        return name.equals("x") ? SHAPE.size()
                : CONDITION.inputs().stream().filter(input -> input.name().equals(name)).findFirst().orElseThrow().floats();
    }
}
