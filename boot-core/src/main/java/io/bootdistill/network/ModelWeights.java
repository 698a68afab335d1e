package io.bootdistill.network;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Weights;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The weights of a model's operations with the device's own forms of them; those that are frozen are another model's. */
final class ModelWeights {

    private final Graph graph;
    private final boolean gradient;
    private final @Nullable Weights[] forward;
    private final @Nullable Weights[] backward;

    /**
     * @param memory of the forms of the weights that are trained
     * @param slices where parameters lie
     * @param frozen has those that are; null where none are
     */
    ModelWeights(
            Graph graph, Kernels kernels, boolean gradient, DeviceMemory memory, Function<Operation.Block, Slice> slices,
            @Nullable ModelWeights frozen) {
        this.graph = graph;
        this.gradient = gradient;
        int count = graph.operations.size();
        forward = new @Nullable Weights[count];
        backward = new @Nullable Weights[count];
        long[] offsets = graph.preparedOffsets(kernels, gradient);
        Map<Long, Integer> others = frozen == null ? Map.of() : frozen.operations();
        for (int i = 0; i < count; i++) {
            Operation operation = graph.operations.get(i);
            if (operation.blocks.length > 0 && operation.blocks[0].place() == Operation.Place.FROZEN) {
                take(i, frozen, others.get(operation.blocks[0].offset()), slices.apply(operation.blocks[0]));
            } else if (operation.blocks.length > 0) {
                long length = offsets[i + 1] - offsets[i];
                Slice values = slices.apply(operation.blocks[0]);
                forward[i] = new Weights(values, length == 0 ? null : memory.slice(offsets[i], length));
                backward[i] = gradient ? forward[i] : new Weights(values, null);
            }
        }
    }

    /** The operations by where their weights lie. */
    private Map<Long, Integer> operations() {
        Map<Long, Integer> operations = new HashMap<>();
        for (int i = 0; i < forward.length; i++) {
            Operation operation = graph.operations.get(i);
            if (operation.blocks.length > 0 && operation.blocks[0].isTrained()) {
                operations.put(operation.blocks[0].offset(), i);
            }
        }
        return operations;
    }

    /** Takes the other's forms of weights, unless they are for another shape: then each call makes what it needs. */
    private void take(int i, ModelWeights other, int index, Slice values) {
        Record shape = graph.operations.get(i).shape();
        boolean fits = shape == null || shape.equals(other.graph.operations.get(index).shape());
        forward[i] = fits ? other.forward[index] : new Weights(values, null);
        backward[i] = fits ? other.backward[index] : forward[i];
    }

    /** Of an operation; null without weights. */
    @Nullable Weights forward(int operation) {
        return forward[operation];
    }

    /** The same for backward: without the device's own form where that is for forward alone. */
    @Nullable Weights backward(int operation) {
        return backward[operation];
    }

    /** Derives the forms of the trained weights of operation {@code part}, {@code part + parts} and so on. */
    void prepare(Kernels kernels, int part, int parts) {
        for (int i = part; i < forward.length; i += parts) {
            Operation operation = graph.operations.get(i);
            if (forward[i] != null && forward[i].prepared() != null && operation.blocks[0].isTrained()) {
                operation.prepare(kernels, forward[i], gradient);
            }
        }
    }
}
