package io.bootdistill.network;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Weights;
import io.bootdistill.internal.device.Scope;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a network on a device, with the device's own forms of its weights.
 *
 * <p>A model without gradients of more than 32 million parameters does without these forms: its weights lie in memory once, and
 * kernels derive what they need with each call. Layers so large hardly take longer that way, and compute the same bits.
 *
 * <p>Any number of {@link Plan}s on any threads may read a model. Whoever changes the parameters calls {@link #prepare}
 * afterwards and lets no plan run meanwhile.
 */
public final class Model implements AutoCloseable {

    private final Graph graph;
    private final Device device;
    private final boolean gradient;
    private final Scope scope = new Scope();
    private final DeviceMemory parameters;
    private final DeviceMemory constants;
    private final DeviceMemory prepared;
    private final @Nullable Weights[] weights;
    private final Slice trained;

    /**
     * Allocates a model with parameters zero.
     *
     * @param gradient whether plans will run backward
     * @throws io.bootdistill.device.UnsupportedKernelException if the device lacks an operation that the network needs
     */
    public Model(Graph graph, Device device, boolean gradient) {
        this(graph, device, gradient, null);
    }

    /** @param owner whose parameters and constants these are; null for a model with its own */
    private Model(Graph graph, Device device, boolean gradient, @Nullable Model owner) {
        this.graph = graph;
        this.device = device;
        this.gradient = gradient;
        KernelCheck.require(device, graph, Operation.Pass.FORWARD);
        if (gradient) {
            KernelCheck.require(device, graph, Operation.Pass.BACKWARD);
        }
        ParameterLayout layout = graph.layout();
        weights = new @Nullable Weights[graph.operations.size()];
        try (Kernels kernels = device.openKernels()) {
            parameters = owner != null ? owner.parameters : scope.own(device.allocate(Math.max(1, layout.length())));
            constants = owner != null ? owner.constants : scope.own(device.allocate(Math.max(1, layout.constantsLength())));
            long[] offsets = graph.preparedOffsets(kernels, gradient);
            prepared = scope.own(device.allocate(Math.max(1, offsets[weights.length])));
            for (int i = 0; i < weights.length; i++) {
                Operation operation = graph.operations.get(i);
                if (operation.blocks.length > 0) {
                    long length = offsets[i + 1] - offsets[i];
                    Slice form = length == 0 ? null : prepared.slice(offsets[i], length);
                    weights[i] = new Weights(slice(operation.blocks[0]), form);
                }
            }
            if (layout.constantsLength() > 0 && owner == null) {
                kernels.upload(layout.computedConstants(), 0, constants.slice());
            }
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
        trained = parameters.slice(0, layout.length());
    }

    /**
     * The same weights for images of another size, without another copy of them. To be closed before this model; for as long as
     * it is used, the weights must stay as they are.
     *
     * @param other of the same network but for its size
     * @throws IllegalArgumentException if its parameters lie in another way, or are computed from the size
     */
    public Model at(Graph other) {
        if (!graph.layout().isLike(other.layout())) {
            throw new IllegalArgumentException(other.network() + " has other parameters than " + graph.network());
        }
        Model model = new Model(other, device, gradient, this);
        try (Kernels kernels = device.openKernels()) {
            model.prepare(kernels, 0, 1);
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
        return model;
    }

    /** Bytes that a model of its own weights holds on the device of some kernels, before there is one. */
    public static long bytes(Graph graph, Kernels kernels, boolean gradient) {
        long[] offsets = graph.preparedOffsets(kernels, gradient);
        return 4 * (graph.layout().length() + graph.layout().constantsLength() + offsets[offsets.length - 1]);
    }

    public Graph graph() {
        return graph;
    }

    public Device device() {
        return device;
    }

    /** The trained parameters, flat; see {@link ParameterLayout}. */
    public Slice parameters() {
        return trained;
    }

    /**
     * Reads all parameters and prepares the weights.
     *
     * @param source asked for each parameter from its first element to its last
     */
    public void load(ParameterSource source) {
        try (Kernels kernels = device.openKernels()) {
            ParameterMover mover = new ParameterMover(kernels, graph.layout());
            for (Parameter parameter : graph.layout().all()) {
                mover.write(parameter, source, memory(parameter));
            }
            prepare(kernels, 0, 1);
        }
    }

    /**
     * Reads all parameters and prepares the weights.
     *
     * @param source gives the values of a parameter in the order of its shape; asked once for each
     */
    public void load(Function<Parameter, float[]> source) {
        load(new WholeParameters(source));
    }

    /** Writes values for the trained parameters into a slice that is laid out like them: a moving average, a moment. */
    public void upload(ParameterSource source, Slice target) {
        try (Kernels kernels = device.openKernels()) {
            ParameterMover mover = new ParameterMover(kernels, graph.layout());
            graph.layout().trained().forEach(parameter -> mover.write(parameter, source, target));
        }
    }

    /** Takes over the constants of a model of the same graph and trained parameters from a slice laid out like them. */
    public void load(Model source, Slice trained) {
        try (Kernels from = source.device.openKernels(); Kernels to = device.openKernels()) {
            copy(from, trained, to, parameters());
            copy(from, source.constants.slice(), to, constants.slice());
            prepare(to, 0, 1);
        }
    }

    private static void copy(Kernels from, Slice source, Kernels to, Slice target) {
        float[] values = new float[(int) Math.min(ParameterMover.PIECE, source.length())];
        for (long first = 0; first < source.length(); first += values.length) {
            long count = Math.min(values.length, source.length() - first);
            from.download(source.slice(first, count), values, 0);
            to.upload(values, 0, target.slice(first, count));
        }
    }

    /**
     * Takes over every parameter and constant of a model of another graph that has the same name here; the others stay.
     *
     * @throws IllegalArgumentException if one has another shape
     */
    public void adopt(Model source) {
        Map<String, Parameter> known = new HashMap<>();
        source.graph.layout().all().forEach(parameter -> known.put(parameter.name(), parameter));
        try (ParameterReader reader = source.reader(); Kernels kernels = device.openKernels()) {
            ParameterMover mover = new ParameterMover(kernels, graph.layout());
            for (Parameter parameter : graph.layout().all()) {
                Parameter other = known.get(parameter.name());
                if (other != null) {
                    requireShape(other, parameter);
                    mover.write(parameter, (here, first, into) -> reader.read(other, first, into), memory(parameter));
                }
            }
            prepare(kernels, 0, 1);
        }
    }

    private static void requireShape(Parameter found, Parameter needed) {
        if (!Arrays.equals(found.shape(), needed.shape())) {
            throw new IllegalArgumentException("parameter " + found.name() + " has shape " + Arrays.toString(found.shape())
                    + ", must be " + Arrays.toString(needed.shape()));
        }
    }

    /**
     * Sets one trained parameter; whoever sets weights calls {@link #prepare} afterwards.
     *
     * @param values in the order of its shape
     * @throws IllegalArgumentException if there is none of that name, or of another size
     */
    public void set(String name, float[] values) {
        Parameter parameter = graph.layout().find(name);
        if (parameter == null || parameter.size() != values.length) {
            throw new IllegalArgumentException("parameter " + name + " has "
                    + (parameter == null ? "no" : Integer.toString(parameter.size())) + " values here, not " + values.length);
        }
        try (Kernels kernels = device.openKernels()) {
            ParameterMover mover = new ParameterMover(kernels, graph.layout());
            mover.write(parameter, new WholeParameters(any -> values), parameters());
        }
    }

    /** Starts with random parameters, a function of the seed alone. */
    public void initialize(long seed) {
        Map<Parameter, ParameterSource> sources = new HashMap<>();
        graph.layout().all().forEach(parameter ->
                sources.put(parameter, ParameterLayout.initialValues(seed, sources.size() + 1)));
        load((parameter, first, into) -> sources.get(parameter).read(parameter, first, into));
    }

    /** Opens a reader of the parameters and constants; the caller closes it. */
    public ParameterReader reader() {
        return new ParameterReader(graph.layout(), parameters(), constants.slice(), device.openKernels());
    }

    /** Hands every parameter and constant to a consumer, whole, in the order of its shape. */
    public void save(ParameterSink sink) {
        save(parameters(), sink);
    }

    /** Like {@link #save(ParameterSink)}, with other values for the trained parameters: a moving average, a gradient. */
    public void save(Slice trained, ParameterSink sink) {
        try (ParameterReader reader = reader()) {
            for (Parameter parameter : graph.layout().all()) {
                float[] values = new float[parameter.size()];
                reader.read(trained, parameter, 0, FloatBuffer.wrap(values));
                sink.accept(parameter, values);
            }
        }
    }

    /** Receives parameters. */
    @FunctionalInterface
    public interface ParameterSink {
        void accept(Parameter parameter, float[] values);
    }

    /** Derives the device's own forms of part {@code part} of {@code parts} of the weights, for workers to share. */
    public void prepare(Kernels kernels, int part, int parts) {
        for (int i = part; i < weights.length; i += parts) {
            if (weights[i] != null && weights[i].prepared() != null) {
                graph.operations.get(i).prepare(kernels, weights[i], gradient);
            }
        }
    }

    boolean gradient() {
        return gradient;
    }

    @Nullable Weights weights(int operation) {
        return weights[operation];
    }

    Slice memory(Parameter parameter) {
        return graph.layout().isTrained(parameter) ? parameters() : constants.slice();
    }

    Slice slice(Operation.Block block) {
        return (block.constant() ? constants : parameters).slice(block.offset(), block.length());
    }

    @Override
    public void close() {
        scope.close();
    }
}
