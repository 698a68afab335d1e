package io.bootdistill.network;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the derivative by some inputs travels through a graph, decided once: which operations make a tangent, and which tangents
 * they read. What does not depend on them has none, unless one is read: because a kernel needs it, or because it is a part
 * of a concatenation whose other part has one. That is zero.
 *
 * <p>A value stands here for the tangent memory that is laid out like it.
 */
final class TangentFlow {

    /** What becomes of the tangent of an operation's output. */
    enum Output {
        NONE,
        ZERO,
        MADE
    }

    /** The inputs that the derivative is by. */
    final List<Value> by;

    final Output[] outputs;

    /** Per operation and input: whether its tangent is read. */
    final boolean[][] reads;

    /** Inputs of the graph whose tangent is read and zero. */
    final List<Value> zeroInputs;

    TangentFlow(Graph graph, List<Value> by) {
        int count = graph.operations.size();
        this.by = by;
        outputs = new Output[count];
        reads = new boolean[count][];
        List<Value> made = new ArrayList<>(by);
        List<Value> read = new ArrayList<>(List.of(graph.output));
        for (int i = 0; i < count; i++) {
            Operation operation = graph.operations.get(i);
            reads[i] = new boolean[operation.inputs.length];
            outputs[i] = Output.NONE;
            for (int k = 0; k < reads[i].length; k++) {
                reads[i][k] = isAmong(made, operation.inputs[k]);
                if (reads[i][k]) {
                    outputs[i] = Output.MADE;
                }
            }
            if (outputs[i] == Output.MADE) {
                made.add(operation.output);
                for (int k = 0; k < reads[i].length; k++) {
                    reads[i][k] |= operation.inputs[k] != null && operation.tangentReads(k);
                    if (reads[i][k]) {
                        read.add(operation.inputs[k]);
                    }
                }
            }
        }
        for (int i = 0; i < count; i++) {
            if (outputs[i] == Output.NONE && isAmong(read, graph.operations.get(i).output)) {
                outputs[i] = Output.ZERO;
            }
        }
        zeroInputs = graph.inputs.values().stream().filter(input -> !by.contains(input) && isAmong(read, input)).toList();
    }

    private static boolean isAmong(List<Value> values, @Nullable Value value) {
        return value != null && values.stream().anyMatch(value::overlaps);
    }
}
