package io.bootdistill.network;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Weights;
import io.bootdistill.internal.device.Scope;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
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

    private static final long MOST_PREPARED = 32_000_000;

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
            parameters = scope.own(device.allocate(Math.max(1, layout.length())));
            constants = scope.own(device.allocate(Math.max(1, layout.constantsLength())));
            boolean once = !gradient && layout.length() > MOST_PREPARED;
            long[] offsets = new long[weights.length + 1];
            for (int i = 0; i < weights.length; i++) {
                long length = once ? 0 : graph.operations.get(i).preparedLength(kernels, gradient);
                offsets[i + 1] = offsets[i] + MemoryPlanner.align(length);
            }
            prepared = scope.own(device.allocate(Math.max(1, offsets[weights.length])));
            for (int i = 0; i < weights.length; i++) {
                Operation operation = graph.operations.get(i);
                if (operation.blocks.length > 0) {
                    long length = offsets[i + 1] - offsets[i];
                    Slice form = length == 0 ? null : prepared.slice(offsets[i], length);
                    weights[i] = new Weights(slice(operation.blocks[0]), form);
                }
            }
            if (layout.constantsLength() > 0) {
                kernels.upload(layout.computedConstants(), 0, constants.slice());
            }
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
        trained = parameters.slice(0, layout.length());
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
     * @param source gives the values of a parameter in the order of its shape
     */
    public void load(Function<Parameter, float[]> source) {
        ParameterLayout layout = graph.layout();
        float[] flat = new float[Math.toIntExact(parameters.length())];
        layout.trained().forEach(parameter -> parameter.scatter(source.apply(parameter), flat));
        float[] flatConstants = layout.constantsLength() == 0 ? new float[1] : layout.computedConstants();
        layout.constants().forEach(parameter -> parameter.scatter(source.apply(parameter), flatConstants));
        try (Kernels kernels = device.openKernels()) {
            kernels.upload(flat, 0, parameters.slice());
            kernels.upload(flatConstants, 0, constants.slice());
            prepare(kernels, 0, 1);
        }
    }

    /** Writes values for the trained parameters into a slice that is laid out like them: a moving average, a moment. */
    public void upload(Function<Parameter, float[]> source, Slice target) {
        float[] flat = new float[Math.toIntExact(target.length())];
        graph.layout().trained().forEach(parameter -> parameter.scatter(source.apply(parameter), flat));
        try (Kernels kernels = device.openKernels()) {
            kernels.upload(flat, 0, target);
        }
    }

    /** Takes over the constants of a model of the same graph and trained parameters from a slice laid out like them. */
    public void load(Model source, Slice trained) {
        float[] flat = new float[Math.toIntExact(trained.length())];
        float[] flatConstants = new float[Math.toIntExact(constants.length())];
        try (Kernels kernels = source.device.openKernels()) {
            kernels.download(trained, flat, 0);
            kernels.download(source.constants.slice(), flatConstants, 0);
        }
        try (Kernels kernels = device.openKernels()) {
            kernels.upload(flat, 0, parameters());
            kernels.upload(flatConstants, 0, constants.slice());
            prepare(kernels, 0, 1);
        }
    }

    /** Takes over every parameter and constant of a model of another graph that has the same name here; the others stay. */
    public void adopt(Model source) {
        Map<String, float[]> known = new HashMap<>();
        save((parameter, values) -> known.put(parameter.name(), values));
        source.save((parameter, values) -> known.replace(parameter.name(), values));
        load(parameter -> known.get(parameter.name()));
    }

    /** Starts with random parameters, a function of the seed alone. */
    public void initialize(long seed) {
        AtomicInteger place = new AtomicInteger();
        load(parameter -> ParameterLayout.initialValues(parameter, seed, place.incrementAndGet()));
    }

    /** Hands every parameter and constant to a consumer, in the order of its shape. */
    public void save(ParameterSink sink) {
        save(parameters.slice(), sink);
    }

    /** Like {@link #save(ParameterSink)}, with other values for the trained parameters: a moving average, a gradient. */
    public void save(Slice trained, ParameterSink sink) {
        ParameterLayout layout = graph.layout();
        float[] flat = new float[Math.toIntExact(trained.length())];
        float[] flatConstants = new float[Math.toIntExact(constants.length())];
        try (Kernels kernels = device.openKernels()) {
            kernels.download(trained, flat, 0);
            kernels.download(constants.slice(), flatConstants, 0);
        }
        layout.trained().forEach(parameter -> sink.accept(parameter, parameter.gather(flat)));
        layout.constants().forEach(parameter -> sink.accept(parameter, parameter.gather(flatConstants)));
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

    Slice slice(Operation.Block block) {
        return (block.constant() ? constants : parameters).slice(block.offset(), block.length());
    }

    @Override
    public void close() {
        scope.close();
    }
}
