package io.bootdistill.network;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A network made ready for a block of samples: every activation and gradient has its place in one arena. Walks the
 * operations forward and backward, or forward with their tangents; allocates nothing while doing so.
 *
 * <p>Inputs are written into {@link #x()}, {@link #scalar} and {@link #condition()} by kernels or uploads, then
 * {@link #forward} fills {@link #y()}. For a gradient, {@link #dy()} is written and {@link #backward} called with the same n.
 * For a derivative by the time, or other inputs, {@link #timeTangent} or {@link #tangent} is written beside the inputs, and
 * forward fills {@link #yTangent}, too.
 * A plan serves one thread at a time; plans of one model may run at the same time.
 */
public final class Plan implements AutoCloseable {

    /** What a plan is for. */
    public enum Mode {
        /** Forward alone: activations share memory. */
        INFERENCE,
        /** Forward, with the derivative of y along a change of inputs: forward mode (Griewank and Walther, 2008, §3.1). */
        TANGENT,
        /** Forward and backward, gradients of the parameters. */
        TRAINING,
        /** Forward and backward, gradients of the parameters and of inputs. */
        TRAINING_WITH_INPUT_GRADIENT,
        /** Forward and backward, gradients of inputs alone; slower with a model without gradients, whose weights lie in one form. */
        INPUT_GRADIENT;

        boolean trains() {
            return this == TRAINING || this == TRAINING_WITH_INPUT_GRADIENT;
        }

        boolean runsBackward() {
            return trains() || this == INPUT_GRADIENT;
        }
    }

    private final Graph graph;
    private final int block;
    private final Mode mode;
    private final DeviceMemory arena;
    private final Binding[] bindings;
    private final Map<String, Tensor> inputs = new HashMap<>();
    private final Map<String, Tensor> outputs = new HashMap<>();
    private final Map<String, Tensor> outputGradients = new HashMap<>();
    private final Tensor y;
    private final @Nullable Tensor dy;
    private final @Nullable Tensor timeTangent;
    private final @Nullable Tensor yTangent;
    private final Tensor[] zeroTangents;

    /** Gradients or tangents of the inputs that have one. */
    private final Map<String, @Nullable Tensor> derivatives = new HashMap<>();

    /**
     * A plan whose derivatives are by the time, and by x.
     *
     * @param block the most samples of one run, at least 1
     * @throws IllegalArgumentException if the model was not made for gradients and the mode makes those of parameters
     * @throws io.bootdistill.device.UnsupportedKernelException if the device lacks what the tangents need
     */
    public Plan(Model model, int block, Mode mode) {
        this(model, block, mode, mode == Mode.TANGENT ? model.graph().network().scalars().get(0) : InputNames.X);
    }

    /**
     * A plan whose tangents travel from, or whose gradients travel to, certain inputs.
     *
     * @param by names of inputs, see {@link #input}; of no meaning in the other modes
     */
    public Plan(Model model, int block, Mode mode, String... by) {
        this(model, memory(model, block, mode, by), mode);
    }

    private static PlanMemory memory(Model model, int block, Mode mode, String... by) {
        return switch (mode) {
            case INFERENCE -> new PlanMemory(model.graph(), block, null, null);
            case TANGENT -> PlanMemory.withTangents(model, block, by);
            case TRAINING -> PlanMemory.withGradients(model, block, true);
            case TRAINING_WITH_INPUT_GRADIENT -> PlanMemory.withGradients(model, block, true, by);
            case INPUT_GRADIENT -> PlanMemory.withGradients(model, block, false, by);
        };
    }

    private Plan(Model model, PlanMemory memory, Mode mode) {
        graph = memory.graph();
        block = memory.block();
        this.mode = mode;
        arena = memory.allocate(model.device());
        bindings = memory.bindings(model);
        graph.inputs.forEach((name, value) -> inputs.put(name, memory.value(value)));
        graph.outputs.forEach((name, value) -> outputs.put(name, memory.value(value)));
        y = memory.value(graph.output);
        dy = mode.runsBackward() ? memory.gradient(graph.output) : null;
        if (mode.runsBackward()) {
            graph.outputs.forEach((name, value) -> outputGradients.put(name, memory.gradient(value)));
        }
        graph.inputs.forEach((name, value) -> derivatives.put(name, memory.derivative(value)));
        timeTangent = mode != Mode.TANGENT ? null
                : graph.network().scalars().stream().findFirst().map(derivatives::get).orElse(null);
        yTangent = mode == Mode.TANGENT ? memory.tangent(graph.output) : null;
        zeroTangents = memory.zeroTangents();
    }

    /**
     * A plan for inference that holds at most so many bytes, with the same bits whatever they are: as usual if they suffice; else
     * some values overwrite others; else large convolutions also run in strips of rows, unless the device says that their bits
     * would differ.
     *
     * @param bytes of the plan alone: the device's own scratch memory is not counted
     * @throws IllegalArgumentException if the bytes do not suffice, naming the least that do
     */
    public static Plan within(Model model, int block, long bytes) {
        try (Kernels kernels = model.device().openKernels()) {
            PlanMemory memory = LessMemory.within(model.graph(), block, kernels.convolvesStrips(), bytes);
            KernelCheck.require(model.device(), memory.graph(), Operation.Pass.FORWARD);
            return new Plan(model, memory, Mode.INFERENCE);
        }
    }

    /** Bytes that a plan for inference holds, before there is a model. */
    public static long bytes(Graph graph, int block) {
        return 4 * new PlanMemory(graph, block, null, null).floats();
    }

    /** The least bytes that {@link #within} can do with, where convolutions may run in strips. */
    public static long leastBytes(Graph graph, int block) {
        return 4 * LessMemory.least(graph, block);
    }

    /** What it runs. */
    public Network network() {
        return graph.network();
    }

    /**
     * The bytes that {@link #within} takes, before there is a model.
     *
     * @param strips whether convolutions may run in strips
     */
    public static long bytesWithin(Graph graph, int block, boolean strips, long bytes) {
        return 4 * LessMemory.within(graph, block, strips, bytes).floats();
    }

    /** Bytes that a plan for training holds, before there is a model. */
    public static long trainingBytes(Graph graph, int block) {
        return 4 * new PlanMemory(graph, block, new GradientFlow(graph, List.of(), true), null).floats();
    }

    /** Bytes that a plan for the gradient of x alone holds, before there is a model. */
    public static long inputGradientBytes(Graph graph, int block) {
        List<Value> x = List.of(graph.inputs.get(InputNames.X));
        return 4 * new PlanMemory(graph, block, new GradientFlow(graph, x, false), null).floats();
    }

    /** The most samples of one run. */
    public int block() {
        return block;
    }

    /** Bytes of device memory that the plan holds. */
    public long bytes() {
        return 4 * arena.length();
    }

    /** The input x, NHWC. */
    public Tensor x() {
        return inputs.get(InputNames.X);
    }

    /** A scalar input: one row of one value per sample. */
    public Tensor scalar(String name) {
        return inputs.get(name);
    }

    /**
     * An input by its name: {@code x}, a scalar, {@code condition} and {@code mask}, or a part of the condition and its mask,
     * {@code PART.mask}; null where there is none.
     */
    public @Nullable Tensor input(String name) {
        return inputs.get(name);
    }

    /** The condition: labels, vectors or tokens; null for an unconditional network, and for one whose condition has parts. */
    public @Nullable Tensor condition() {
        return inputs.get(InputNames.CONDITION);
    }

    /** The mask over tokens; null where there are none. */
    public @Nullable Tensor mask() {
        return inputs.get(InputNames.MASK);
    }

    /** The output, NHWC. */
    public Tensor y() {
        return y;
    }

    /** A further output by its name, NHWC; null where there is none. */
    public @Nullable Tensor output(String name) {
        return outputs.get(name);
    }

    /** The gradient of a further output, which is to be written as {@link #dy} is; null in a mode without one. */
    public @Nullable Tensor outputGradient(String name) {
        return outputGradients.get(name);
    }

    /** The gradient of the output, to be written before {@link #backward}; null in a mode without one. */
    public @Nullable Tensor dy() {
        return dy;
    }

    /** The gradient of x, in the mode that makes it, else null; valid until the next forward. */
    public @Nullable Tensor dx() {
        return gradient(InputNames.X);
    }

    /** The gradient of an input that was asked for, in the mode that makes it, else null; valid until the next forward. */
    public @Nullable Tensor gradient(String input) {
        return dy == null ? null : derivatives.get(input);
    }

    /** The tangent of an input that was asked for, to be written before {@link #forward}; null in a mode without one. */
    public @Nullable Tensor tangent(String input) {
        return yTangent == null ? null : derivatives.get(input);
    }

    /** The tangent of the time, in the mode that takes it, else null: how fast it changes, one row of one value per sample. */
    public @Nullable Tensor timeTangent() {
        return timeTangent;
    }

    /** The tangent of the output, in the mode that makes it, else null: along those of the inputs. */
    public @Nullable Tensor yTangent() {
        return yTangent;
    }

    /** Runs the first n samples of the block. */
    public void forward(Kernels kernels, int n) {
        requireSamples(n);
        for (Tensor tangent : zeroTangents) {
            kernels.fill(tangent.data(), 0);
        }
        for (Binding b : bindings) {
            b.forward(kernels, n);
        }
    }

    /** Gradients of Σ y·dy, after {@link #forward} with the same n, in the modes that make those of parameters. */
    public void backward(Kernels kernels, int n, Gradients gradients, boolean accumulate) {
        if (!mode.trains()) {
            throw new IllegalStateException("mode is " + mode + ", must be TRAINING for gradients of parameters");
        }
        back(kernels, n, gradients, accumulate);
    }

    /** Gradients of inputs alone, in the mode that makes these. */
    public void backward(Kernels kernels, int n) {
        if (mode != Mode.INPUT_GRADIENT) {
            throw new IllegalStateException("mode is " + mode + ", must be INPUT_GRADIENT");
        }
        back(kernels, n, null, false);
    }

    private void back(Kernels kernels, int n, @Nullable Gradients gradients, boolean accumulate) {
        requireSamples(n);
        for (int i = bindings.length - 1; i >= 0; i--) {
            Binding b = bindings[i];
            if (b.dy != null) {
                b.backward(kernels, n, b.trains ? gradients.slices[i] : b.unread, accumulate);
            }
        }
    }

    private void requireSamples(int n) {
        if (n < 1 || n > block) {
            throw new IllegalArgumentException("n is " + n + ", must be 1 … " + block);
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
