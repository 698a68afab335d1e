package io.bootdistill.network;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.network.MemoryPlanner.Buffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a plan. Operation i of M runs forward at time i and backward at time 2M − i; the loss is made at time M. What
 * backward reads lives until then, the rest is reused.
 */
final class PlanMemory {

    private final Graph graph;
    private final Model model;
    private final int block;
    private final @Nullable GradientFlow flow;
    private final @Nullable TangentFlow tangentFlow;
    private final MemoryPlanner planner = new MemoryPlanner();
    private final Map<Value, Buffer> values = new HashMap<>();
    private final Map<Value, Buffer> gradients = new HashMap<>();
    private final Map<Value, Buffer> tangents = new HashMap<>();
    private final @Nullable Buffer[] statistics;
    private final int end;
    private final DeviceMemory arena;

    /**
     * @param flow how gradients travel; null where none do
     * @param tangentFlow how the derivative by inputs travels; null where there is none
     */
    PlanMemory(Model model, int block, @Nullable GradientFlow flow, @Nullable TangentFlow tangentFlow) {
        this.model = model;
        this.graph = model.graph();
        this.block = block;
        int count = graph.operations.size();
        this.end = 2 * count + 1;
        this.statistics = new @Nullable Buffer[count];
        this.flow = flow;
        this.tangentFlow = tangentFlow;
        for (Value input : graph.inputs.values()) {
            use(values, input, -1);
            use(values, input, end);
        }
        use(values, graph.output, end);
        for (int i = 0; i < count; i++) {
            noteForward(i, graph.operations.get(i));
        }
        if (flow != null) {
            use(gradients, graph.output, count);
            for (int i = 0; i < count; i++) {
                noteBackward(i, 2 * count - i, graph.operations.get(i));
            }
            flow.inputs.forEach(input -> use(gradients, input, end));
        }
        if (tangentFlow != null) {
            noteTangents();
        }
        arena = model.device().allocate(Math.max(1, planner.place()));
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
    }

    private void noteBackward(int i, int time, Operation operation) {
        if (flow.dy[i] == null) {
            return;
        }
        use(gradients, flow.dy[i], time);
        for (int k = 0; k < operation.inputs.length; k++) {
            if (operation.backwardReads(k)) {
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
            Value root = value.root();
            buffers.computeIfAbsent(root, r -> planner.buffer((long) block * r.pixels() * r.channels)).use(time);
        }
    }

    DeviceMemory arena() {
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

    private @Nullable Tensor tensor(Map<Value, Buffer> buffers, @Nullable Value value) {
        if (value == null) {
            return null;
        }
        Value root = value.root();
        long length = (long) block * root.pixels() * root.channels;
        Slice slice = arena.slice(buffers.get(root).offset(), length);
        return Tensor.of(slice, root.channels).columns(value.rootColumn(), value.channels);
    }

    Binding[] bindings() {
        Binding[] bindings = new Binding[graph.operations.size()];
        for (int i = 0; i < bindings.length; i++) {
            Operation operation = graph.operations.get(i);
            Binding b = new Binding(operation.inputs.length, operation.blocks.length);
            for (int k = 0; k < operation.inputs.length; k++) {
                b.x[k] = value(operation.inputs[k]);
            }
            b.y = value(operation.output);
            for (int k = 0; k < operation.blocks.length; k++) {
                b.parameters[k] = model.slice(operation.blocks[k]);
            }
            b.weights = model.weights(i);
            if (statistics[i] != null) {
                b.statistics = arena.slice(statistics[i].offset(), statistics[i].length());
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
        for (int k = 0; k < b.dx.length; k++) {
            b.dx[k] = gradient(flow.dx[i][k]);
            b.base[k] = gradient(flow.base[i][k]);
            b.copied[k] = flow.copied[i][k];
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
