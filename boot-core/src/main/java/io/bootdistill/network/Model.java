package io.bootdistill.network;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
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
    private final ModelWeights weights;
    private final Slice trained;

    /** Whose constants these are, and whose parameters where they are frozen or of another size; null for none. */
    private final @Nullable Model owner;

    /**
     * Allocates a model with parameters zero.
     *
     * @param gradient whether plans will run backward
     * @throws io.bootdistill.device.UnsupportedKernelException if the device lacks an operation that the network needs
     * @throws IllegalArgumentException if the graph is an adapted one, whose model {@link #adapted} makes
     */
    public Model(Graph graph, Device device, boolean gradient) {
        this(graph, device, gradient, null);
    }

    private Model(Graph graph, Device device, boolean gradient, @Nullable Model owner) {
        if (graph.frozen != null && owner == null) {
            throw new IllegalArgumentException("graph is adapted, must be made a model of by that of its network");
        }
        this.graph = graph;
        this.device = device;
        this.gradient = gradient;
        this.owner = owner;
        KernelCheck.require(device, graph, Operation.Pass.FORWARD);
        if (gradient) {
            KernelCheck.require(device, graph, new GradientFlow(graph, List.of(), true));
        }
        ParameterLayout layout = graph.layout();
        boolean isShared = owner != null && graph.frozen == null;
        try (Kernels kernels = device.openKernels()) {
            parameters = isShared ? owner.parameters : scope.own(device.allocate(Math.max(1, layout.length())));
            constants = owner != null ? owner.constants : scope.own(device.allocate(Math.max(1, layout.constantsLength())));
            DeviceMemory prepared = scope.own(device.allocate(Math.max(1, graph.preparedLength(kernels, gradient))));
            weights = new ModelWeights(
                    graph, kernels, gradient, prepared, this::slice, graph.frozen == null ? null : owner.weights);
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
     * A model of this network with an adapter, which holds A and B alone and reads all else from this one, whatever becomes of
     * that. To be closed before this model, without which it is refused by kernels.
     *
     * @param adapted a graph of this network, of which only the first channels may be looked at: see {@link Graph#adapted}
     * @param seed of A; B is zero
     * @throws IllegalArgumentException if the graph is not an adapted one, or its frozen parameters are others
     */
    public Model adapted(Graph adapted, long seed) {
        if (adapted.frozen == null || !graph.layout().isLike(adapted.frozen)) {
            throw new IllegalArgumentException("adapted is a graph of " + adapted.network() + (adapted.frozen == null
                    ? " without an adapter" : " with an adapter") + ", must have one, of " + graph.network());
        }
        Model model = new Model(adapted, device, true, this);
        try {
            model.initialize(seed);
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
        return model;
    }

    /**
     * The same weights for images of another size, without another copy of them. To be closed before this model; for as long as
     * it is used, the weights must stay as they are.
     *
     * @param other of the same network but for its size
     * @throws IllegalArgumentException if its parameters lie in another way, or are computed from the size
     */
    public Model at(Graph other) {
        if (graph.frozen != null || !graph.layout().isLike(other.layout())) {
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

    /** Bytes that a model holds on the device of some kernels, before there is one: of what is its own. */
    public static long bytes(Graph graph, Kernels kernels, boolean gradient) {
        return 4 * (graph.layout().length() + graph.layout().constantsLength() + graph.preparedLength(kernels, gradient));
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

    /** Likewise, from values of whole parameters in the order of their shapes; asked once for each. */
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
            ParameterMover.copy(from, trained, to, parameters());
            long own = graph.layout().constantsLength(); // none with an adapter, where they are the other model's
            ParameterMover.copy(from, source.constants.slice(0, own), to, constants.slice(0, own));
            prepare(to, 0, 1);
        }
    }

    /** Takes over trained parameters from a slice of the same device, laid out like them; the constants stay. */
    public void take(Kernels kernels, Slice trained) {
        kernels.affine(trained.length(), Tensor.of(trained, 1), 1, 0, null, Tensor.of(parameters(), 1));
        prepare(kernels, 0, 1);
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
        weights.prepare(kernels, part, parts);
    }

    boolean gradient() {
        return gradient;
    }

    ModelWeights weights() {
        return weights;
    }

    Slice memory(Parameter parameter) {
        return graph.layout().isTrained(parameter) ? parameters() : constants.slice();
    }

    Slice slice(Operation.Block block) {
        DeviceMemory memory = switch (block.place()) {
            case TRAINED -> parameters;
            case CONSTANT -> constants;
            case FROZEN -> owner.parameters;
        };
        return memory.slice(block.offset(), block.length());
    }

    @Override
    public void close() {
        scope.close();
    }
}
