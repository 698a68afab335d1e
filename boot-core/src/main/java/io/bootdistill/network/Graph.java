package io.bootdistill.network;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

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
    final Map<String, Value> outputs;
    private final ParameterLayout layout;

    private Graph(Network network, GraphBuilder builder, Value output) {
        this.network = network;
        this.operations = List.copyOf(builder.parts.operations);
        this.values = List.copyOf(builder.parts.values);
        this.inputs = Map.copyOf(builder.inputs);
        this.output = output;
        this.outputs = Map.copyOf(builder.outputs);
        this.layout = builder.parts.layout.build();
    }

    /**
     * Builds the graph of a network.
     *
     * @throws IllegalStateException if the output has another shape than the network declares
     */
    public static Graph of(Network network) {
        GraphBuilder builder = new GraphBuilder(network.input(), network.scalars(), network.condition());
        Value output = network.describe(builder);
        if (!network.output().equals(new ImageShape(output.channels, output.height, output.width))) {
            throw new IllegalStateException("the network's output has another shape than it declares");
        }
        return new Graph(network, builder, output);
    }

    /** The output and the further ones. */
    List<Value> ends() {
        return Stream.concat(Stream.of(output), outputs.values().stream()).toList();
    }

    public Network network() {
        return network;
    }

    public ParameterLayout layout() {
        return layout;
    }

    /** Floating-point operations of a sample's forward pass: those of convolutions, linear layers and attention. */
    public double flops() {
        return operations.stream().mapToDouble(Operation::flops).sum();
    }
}
