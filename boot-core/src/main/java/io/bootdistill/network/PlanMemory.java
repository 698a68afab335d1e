package io.bootdistill.network;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.network.MemoryPlanner.Buffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a plan. Operation i of M runs forward at time i and backward at time 2M − i; the loss is made at time M. What
 * backward reads lives until then, the rest is reused.
 */
final class PlanMemory {

    private final Graph graph;
    private final int block;
    private final @Nullable GradientFlow flow;
    private final @Nullable TangentFlow tangentFlow;
    private final Map<Value, Value> overlays;
    private final MemoryPlanner planner = new MemoryPlanner();
    private final Map<Value, Buffer> values = new HashMap<>();
    private final Map<Value, Buffer> gradients = new HashMap<>();
    private final Map<Value, Buffer> tangents = new HashMap<>();
    private final @Nullable Buffer[] statistics;
    private final @Nullable Buffer[] scratch;
    private final @Nullable Buffer[] unread;
    private final int end;
    private final long floats;

    /** Where everything lies; null until it is allocated. */
    private @Nullable DeviceMemory arena;

    /**
     * @param flow how gradients travel; null where none do
     * @param tangentFlow how the derivative by inputs travels; null where there is none
     */
    PlanMemory(Graph graph, int block, @Nullable GradientFlow flow, @Nullable TangentFlow tangentFlow) {
        this(graph, block, flow, tangentFlow, Map.of());
    }

    /** For tangents that travel from inputs of these names. */
    static PlanMemory withTangents(Model model, int block, String... by) {
        Graph graph = model.graph();
        List<Value> inputs = inputs(graph, by);
        KernelCheck.require(model.device(), graph, Operation.Pass.TANGENT);
        return new PlanMemory(graph, block, null, new TangentFlow(graph, inputs));
    }

    /** For gradients that travel to inputs of these names, and to the parameters unless these are frozen. */
    static PlanMemory withGradients(Model model, int block, boolean parameters, String... inputs) {
        if (parameters && !model.gradient()) {
            throw new IllegalArgumentException("the model was made without gradients, must have them for those of parameters");
        }
        Graph graph = model.graph();
        GradientFlow flow = new GradientFlow(graph, inputs(graph, inputs), parameters);
        KernelCheck.require(model.device(), graph, flow);
        return new PlanMemory(graph, block, flow, null);
    }

    private static List<Value> inputs(Graph graph, String... names) {
        return Arrays.stream(names).map(name -> Objects.requireNonNull(graph.inputs.get(name), name)).toList();
    }

    /** Without derivatives, where values may lie in the place of others. */
    PlanMemory(Graph graph, int block, Map<Value, Value> overlays) {
        this(graph, block, null, null, overlays);
    }

    private PlanMemory(
            Graph graph, int block, @Nullable GradientFlow flow, @Nullable TangentFlow tangentFlow, Map<Value, Value> overlays) {
        if (block < 1) {
            throw new IllegalArgumentException("block is " + block + ", must be at least 1");
        }
        this.graph = graph;
        this.block = block;
        int count = graph.operations.size();
        this.end = 2 * count + 1;
        this.statistics = new @Nullable Buffer[count];
        this.scratch = new @Nullable Buffer[count];
        this.unread = new @Nullable Buffer[count];
        this.flow = flow;
        this.tangentFlow = tangentFlow;
        this.overlays = overlays;
        for (Value input : graph.inputs.values()) {
            use(values, input, -1);
            use(values, input, end);
        }
        graph.ends().forEach(output -> use(values, output, end));
        for (int i = 0; i < count; i++) {
            noteForward(i, graph.operations.get(i));
        }
        if (flow != null) {
            graph.ends().forEach(output -> use(gradients, output, count));
            for (int i = 0; i < count; i++) {
                noteBackward(i, 2 * count - i, graph.operations.get(i));
            }
            flow.inputs.forEach(input -> use(gradients, input, end));
        }
        if (tangentFlow != null) {
            noteTangents();
        }
        floats = Math.max(1, planner.place());
    }

    private void noteForward(int time, Operation operation) {
        for (Value input : operation.inputs) {
            use(values, input, time);
        }
        use(values, operation.output, time);
        if (operation.statistics() > 0) {
            statistics[time] = planner.buffer((long) block * operation.statistics());
            statistics[time].use(time);
        }
        if (operation.scratch() > 0) {
            scratch[time] = planner.buffer(operation.scratch());
            scratch[time].use(time);
        }
    }

    private void noteBackward(int i, int time, Operation operation) {
        if (flow.dy[i] == null) {
            return;
        }
        boolean trains = flow.trains(operation);
        use(gradients, flow.dy[i], time);
        for (int k = 0; k < operation.inputs.length; k++) {
            if (operation.backwardReads(k) && (trains || !operation.readsForParameters())) {
                use(values, operation.inputs[k], time);
            }
            use(gradients, flow.dx[i][k], time);
            use(gradients, flow.base[i][k], time);
        }
        if (operation.backwardReadsOutput()) {
            use(values, operation.output, time);
        }
        if (statistics[i] != null) {
            statistics[i].use(time);
        }
        if (!trains && operation.makesParametersWithOthers()) {
            unread[i] = planner.buffer(Arrays.stream(operation.blocks).mapToLong(Operation.Block::length).sum());
            unread[i].use(time);
        }
    }

    private void noteTangents() {
        for (Value input : tangentFlow.by) {
            use(tangents, input, -1);
            use(tangents, input, end);
        }
        use(tangents, graph.output, end);
        for (Value input : tangentFlow.zeroInputs) {
            use(tangents, input, -1);
        }
        for (int i = 0; i < graph.operations.size(); i++) {
            Operation operation = graph.operations.get(i);
            for (int k = 0; k < operation.inputs.length; k++) {
                if (tangentFlow.reads[i][k]) {
                    use(tangents, operation.inputs[k], i);
                }
            }
            if (tangentFlow.outputs[i] != TangentFlow.Output.NONE) {
                use(tangents, operation.output, i);
            }
        }
    }

    private void use(Map<Value, Buffer> buffers, @Nullable Value value, int time) {
        if (value != null) {
            Value root = overlays.getOrDefault(value.root(), value.root());
            buffers.computeIfAbsent(root, r -> planner.buffer((long) block * r.pixels() * r.channels)).use(time);
        }
    }

    Graph graph() {
        return graph;
    }

    int block() {
        return block;
    }

    /** Floats of everything together. */
    long floats() {
        return floats;
    }

    /** Allocates all of it; the caller closes it. To be called once, before anything else that gives tensors. */
    DeviceMemory allocate(Device device) {
        arena = device.allocate(floats);
        return arena;
    }

    @Nullable Tensor value(@Nullable Value value) {
        return tensor(values, value);
    }

    @Nullable Tensor gradient(@Nullable Value value) {
        return tensor(gradients, value);
    }

    @Nullable Tensor tangent(@Nullable Value value) {
        return tensor(tangents, value);
    }

    /** The gradient or tangent of an input of the graph; null where none was asked for. */
    @Nullable Tensor derivative(Value input) {
        if (flow != null && flow.inputs.contains(input)) {
            return gradient(input);
        }
        return tangentFlow != null && tangentFlow.by.contains(input) ? tangent(input) : null;
    }

    /** Tangents that are read and zero. */
    Tensor[] zeroTangents() {
        return tangentFlow == null ? new Tensor[0]
                : tangentFlow.zeroInputs.stream().map(this::tangent).toArray(Tensor[]::new);
    }

    private @Nullable Tensor tensor(Map<Value, Buffer> buffers, @Nullable Value value) {
        if (value == null) {
            return null;
        }
        Value root = value.root();
        long length = (long) block * root.pixels() * root.channels;
        Slice slice = arena.slice(buffers.get(overlays.getOrDefault(root, root)).offset(), length);
        return Tensor.of(slice, root.channels).columns(value.rootColumn(), value.channels);
    }

    Binding[] bindings(Model model) {
        Binding[] bindings = new Binding[graph.operations.size()];
        for (int i = 0; i < bindings.length; i++) {
            Operation operation = graph.operations.get(i);
            Binding b = new Binding(block, operation.inputs.length, operation.blocks.length);
            for (int k = 0; k < operation.inputs.length; k++) {
                b.x[k] = value(operation.inputs[k]);
            }
            b.y = value(operation.output);
            b.pixels = operation.output.pixels();
            for (int k = 0; k < operation.blocks.length; k++) {
                b.parameters[k] = model.slice(operation.blocks[k]);
            }
            b.weights = model.weights().forward(i);
            b.backwardWeights = model.weights().backward(i);
            if (statistics[i] != null) {
                b.statistics = arena.slice(statistics[i].offset(), statistics[i].length());
            }
            if (scratch[i] != null) {
                b.scratch = arena.slice(scratch[i].offset(), scratch[i].length());
            }
            if (flow != null && flow.dy[i] != null) {
                bindGradients(i, b);
            }
            if (tangentFlow != null) {
                bindTangents(i, b);
            }
            b.passes = operation.passes(b);
            bindings[i] = b;
        }
        return bindings;
    }

    private void bindGradients(int i, Binding b) {
        b.dy = gradient(flow.dy[i]);
        b.trains = flow.trains(graph.operations.get(i));
        for (int k = 0; k < b.dx.length; k++) {
            b.dx[k] = gradient(flow.dx[i][k]);
            b.base[k] = gradient(flow.base[i][k]);
            b.copied[k] = flow.copied[i][k];
        }
        long offset = 0;
        for (int k = 0; k < b.unread.length && unread[i] != null; k++) {
            long length = graph.operations.get(i).blocks[k].length();
            b.unread[k] = arena.slice(unread[i].offset() + offset, length);
            offset += length;
        }
    }

    private void bindTangents(int i, Binding b) {
        Operation operation = graph.operations.get(i);
        for (int k = 0; k < b.xTangent.length; k++) {
            b.xTangent[k] = tangentFlow.reads[i][k] ? tangent(operation.inputs[k]) : null;
        }
        b.constant = tangentFlow.outputs[i] == TangentFlow.Output.ZERO;
        b.yTangent = tangentFlow.outputs[i] == TangentFlow.Output.NONE ? null : tangent(operation.output);
    }
}
