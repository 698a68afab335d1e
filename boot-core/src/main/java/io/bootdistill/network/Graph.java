package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a network computes, as a fixed list of operations in the order in which they run. Immutable; independent of batch
 * size and device.
 */
public final class Graph {

    /** An operation is large if it reads and writes more than the largest one, divided by this. */
    private static final int STRIPPED_SHARE = 4;

    /** A model without gradients and with more parameters than these holds its weights once. */
    private static final long MOST_PREPARED = 32_000_000;

    private final Network network;
    final List<Operation> operations;
    final List<Value> values;
    final Map<String, Value> inputs;
    final Value output;
    final Map<String, Value> outputs;
    private final ParameterLayout layout;

    /** Of the parameters that stay as they are, with their constants; null where no adapter makes them. */
    final @Nullable ParameterLayout frozen;

    private Graph(
            Network network, List<Operation> operations, List<Value> values, Map<String, Value> inputs, Value output,
            Map<String, Value> outputs, ParameterLayout layout, @Nullable ParameterLayout frozen) {
        this.network = network;
        this.operations = List.copyOf(operations);
        this.values = List.copyOf(values);
        this.inputs = Map.copyOf(inputs);
        this.output = output;
        this.outputs = Map.copyOf(outputs);
        this.layout = layout;
        this.frozen = frozen;
    }

    /**
     * Builds the graph of a network.
     *
     * @throws IllegalArgumentException if a tensor of the parameters has 2³¹ values or more
     * @throws IllegalStateException if the output has another shape than the network declares
     */
    public static Graph of(Network network) {
        return of(network, new GraphParts());
    }

    /**
     * The same network with an adapter, whose parameters are all that its layout has: see {@link Model#adapted}.
     *
     * @throws IllegalArgumentException if the network has no layer of a target
     */
    public Graph adapted(LowRank adapter) {
        AdaptedParts parts = new AdaptedParts(adapter);
        Graph graph = of(network, parts);
        parts.requireFound(network);
        return graph;
    }

    private static Graph of(Network network, GraphParts parts) {
        GraphBuilder builder = GraphBuilder.of(parts, network.input(), network.scalars(), network.condition());
        Value output = network.describe(builder);
        if (!network.output().equals(new ImageShape(output.channels, output.height, output.width))) {
            throw new IllegalStateException("the network's output has another shape than it declares");
        }
        return new Graph(network, parts.operations, parts.values, builder.inputs, output, builder.outputs,
                parts.trained(), parts.frozen());
    }

    /** The same computation, without derivatives, with the large convolutions in strips of so many rows. */
    Graph inStrips(int rows) {
        long largest = operations.stream().mapToLong(Graph::size).max().orElse(0);
        List<Operation> cut = operations.stream()
                .map(operation -> STRIPPED_SHARE * size(operation) < largest ? operation : operation.inStrips(rows))
                .toList();
        return new Graph(network, cut, values, inputs, output, outputs, layout, frozen);
    }

    /** Values that an operation reads and writes. */
    private static long size(Operation operation) {
        return Stream.concat(Arrays.stream(operation.inputs), Stream.of(operation.output)).filter(Objects::nonNull)
                .mapToLong(value -> (long) value.pixels() * value.channels).sum();
    }

    /** Where the device's own forms of the weights lie, operation by operation; at last, how long they are together. */
    long[] preparedOffsets(Kernels kernels, boolean gradient) {
        boolean once = !gradient && layout.length() > MOST_PREPARED;
        long[] offsets = new long[operations.size() + 1];
        for (int i = 0; i < operations.size(); i++) {
            Operation operation = operations.get(i);
            boolean own = operation.blocks.length > 0 && operation.blocks[0].isTrained();
            long length = once || !own ? 0 : operation.preparedLength(kernels, gradient);
            offsets[i + 1] = offsets[i] + MemoryPlanner.align(length);
        }
        return offsets;
    }

    /** How long those forms are together. */
    long preparedLength(Kernels kernels, boolean gradient) {
        return preparedOffsets(kernels, gradient)[operations.size()];
    }

    /** The output and the further ones. */
    List<Value> ends() {
        return Stream.concat(Stream.of(output), outputs.values().stream()).toList();
    }

    public Network network() {
        return network;
    }

    /** Of the parameters that are trained, and of their constants. */
    public ParameterLayout layout() {
        return layout;
    }

    /** The parameters in a place. */
    Collection<Parameter> parameters(Operation.Place place) {
        return switch (place) {
            case TRAINED -> layout.trained();
            case CONSTANT -> (frozen == null ? layout : frozen).constants();
            case FROZEN -> frozen.trained();
        };
    }

    /** Floating-point operations of a sample's forward pass: those of convolutions, linear layers and attention. */
    public double flops() {
        return operations.stream().mapToDouble(Operation::flops).sum();
    }

    /** Those of them that are made by one kernel. */
    public double flops(Kernel kernel) {
        return operations.stream().filter(operation -> operation.kernels(Operation.Pass.FORWARD).contains(kernel))
                .mapToDouble(Operation::flops).sum();
    }
}
