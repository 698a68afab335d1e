package io.bootdistill.network;

import java.util.List;
import java.util.Map;

/**
 * What a network computes, as a fixed list of operations in the order in which they run. Immutable; independent of batch
 * size and device.
 */
public final class Graph {

    private final Network network;
    final List<Operation> operations;
    final List<Value> values;
    final Map<String, Value> inputs;
    final Value output;
    private final ParameterLayout layout;

    Graph(
            Network network, List<Operation> operations, List<Value> values, Map<String, Value> inputs, Value output,
            ParameterLayout layout) {
        this.network = network;
        this.operations = List.copyOf(operations);
        this.values = List.copyOf(values);
        this.inputs = Map.copyOf(inputs);
        this.output = output;
        this.layout = layout;
    }

    /** Builds the graph of a network. */
    public static Graph of(Network network) {
        return new GraphBuilder(network).build();
    }

    public Network network() {
        return network;
    }

    public ParameterLayout layout() {
        return layout;
    }
}
