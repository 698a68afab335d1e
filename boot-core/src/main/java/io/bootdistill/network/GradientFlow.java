package io.bootdistill.network;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How gradients travel through a graph, decided once: which operations run backward, which input gradients each makes, and
 * what each adds to. The first contribution to a gradient writes it, later ones accumulate; a residual's gradient is that of
 * the sum itself, until something has to be added to it.
 *
 * <p>A value stands here for the gradient memory that is laid out like it.
 */
final class GradientFlow {

    /** Per operation: where its output's gradient lies; null where it does not run backward. */
    final @Nullable Value[] dy;

    /** Per operation and input: the gradient that it makes, and what that is added to; null for none. */
    final @Nullable Value[][] dx;

    final @Nullable Value[][] base;

    /** Whether dx = base + dy has to be stored by a pass of its own. */
    final boolean[][] copied;

    /** Inputs whose gradient is made, too. */
    final List<Value> inputs;

    private final Graph graph;
    private final boolean parameters;
    private final boolean[] needed;
    private final Set<Value> written = new HashSet<>();
    private final @Nullable Value[] alias;

    /** @param parameters whether gradients of parameters are made */
    GradientFlow(Graph graph, List<Value> inputs, boolean parameters) {
        this.graph = graph;
        this.parameters = parameters;
        this.inputs = inputs;
        int count = graph.operations.size();
        dy = new @Nullable Value[count];
        dx = new @Nullable Value[count][];
        base = new @Nullable Value[count][];
        copied = new boolean[count][];
        needed = new boolean[graph.values.size()];
        alias = new @Nullable Value[graph.values.size()];
        findNeeded();
        written.addAll(graph.ends());
        for (int i = count - 1; i >= 0; i--) {
            Operation operation = graph.operations.get(i);
            dx[i] = new @Nullable Value[operation.inputs.length];
            base[i] = new @Nullable Value[operation.inputs.length];
            copied[i] = new boolean[operation.inputs.length];
            if (isNeeded(operation.output) && leads(operation)) {
                dy[i] = read(operation.output);
                for (int k = 0; k < operation.inputs.length; k++) { // residuals first: the plan copies before it calls kernels
                    if (operation.gradient(k) == Operation.Gradient.IDENTITY) {
                        contribute(i, k, operation);
                    }
                }
                for (int k = 0; k < operation.inputs.length; k++) {
                    if (operation.gradient(k) != Operation.Gradient.IDENTITY) {
                        contribute(i, k, operation);
                    }
                }
            }
        }
        inputs.forEach(this::materialize);
    }

    /** Whether gradients of the operation's own parameters are made. */
    boolean trains(Operation operation) {
        return parameters && Arrays.stream(operation.blocks).anyMatch(block -> !block.constant());
    }

    /** A value needs a gradient if it depends on parameters that have one, or on an input whose gradient is asked for. */
    private void findNeeded() {
        inputs.forEach(input -> needed[input.root().id] = true);
        for (Operation operation : graph.operations) {
            needed[operation.output.root().id] |= leads(operation);
        }
    }

    /** Whether the gradient of an operation's output leads to one that is needed. */
    private boolean leads(Operation operation) {
        boolean leads = trains(operation);
        for (int k = 0; k < operation.inputs.length; k++) {
            Value input = operation.inputs[k];
            leads |= input != null && operation.gradient(k) != Operation.Gradient.NONE && isNeeded(input);
        }
        return leads;
    }

    private boolean isNeeded(Value value) {
        return needed[value.root().id];
    }

    private void contribute(int i, int k, Operation operation) {
        Value input = operation.inputs[k];
        Operation.Gradient kind = operation.gradient(k);
        if (input == null || kind == Operation.Gradient.NONE) {
            return;
        }
        if (!isNeeded(input)) {
            dx[i][k] = operation.makesWithOthers(k) ? input : null;
            return;
        }
        switch (kind) {
            case OVERWRITTEN -> {
                if (isWritten(input) || alias[input.id] != null) {
                    throw new IllegalStateException("a gradient that is overwritten has another contribution");
                }
                dx[i][k] = input;
            }
            case ADDED -> {
                base[i][k] = soFar(input);
                dx[i][k] = input;
            }
            case IDENTITY -> {
                base[i][k] = soFar(input);
                if (base[i][k] == null) {
                    alias[input.id] = dy[i];
                    return;
                }
                copied[i][k] = true;
                dx[i][k] = input;
            }
            default -> throw new IllegalStateException("unknown gradient kind " + kind);
        }
        alias[input.id] = null;
        written.add(input);
    }

    /** What a further contribution is added to. */
    private @Nullable Value soFar(Value value) {
        if (!isWritten(value) && columnsWritten(value) > 0) {
            throw new IllegalStateException("a part of a value has a gradient before the whole: not supported");
        }
        return alias[value.id] != null ? alias[value.id] : isWritten(value) ? value : null;
    }

    private boolean isWritten(Value value) {
        for (Value v = value; v != null; v = v.parent()) {
            if (written.contains(v)) {
                return true;
            }
        }
        return false;
    }

    /** The complete gradient of an output. */
    private Value read(Value output) {
        if (alias[output.id] != null || isWritten(output)) {
            return soFar(output);
        }
        if (columnsWritten(output) != output.channels) {
            throw new IllegalStateException("a value of " + output.channels + " channels lacks a part of its gradient");
        }
        return output;
    }

    /** How many columns of a value have their gradient, written as a whole or part by part. */
    private int columnsWritten(Value value) {
        if (written.contains(value)) {
            return value.channels;
        }
        int columns = 0;
        for (Value part : graph.values) {
            if (part.parent() == value) {
                columns += columnsWritten(part);
            }
        }
        return columns;
    }

    private void materialize(Value input) {
        if (columnsWritten(input) != input.channels) {
            throw new IllegalStateException("an input has no gradient, or that of a residual: not supported");
        }
    }
}
