package io.bootdistill.network;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import java.util.HashMap;
import java.util.Map;

/**
 * A network made ready for a block of samples: every activation and gradient has its place in one arena. Walks the
 * operations forward and backward; allocates nothing while doing so.
 *
 * <p>Inputs are written into {@link #x()}, {@link #scalar} and {@link #condition()} by kernels or uploads, then
 * {@link #forward} fills {@link #y()}. For a gradient, {@link #dy()} is written and {@link #backward} called with the same n.
 * A plan serves one thread at a time; plans of one model may run at the same time.
 */
public final class Plan implements AutoCloseable {

    /** What a plan is for. */
    public enum Mode {
        /** Forward alone: activations share memory. */
        INFERENCE,
        /** Forward and backward, gradients of the parameters. */
        TRAINING,
        /** Forward and backward, gradients of the parameters and of x. */
        TRAINING_WITH_INPUT_GRADIENT
    }

    private final Graph graph;
    private final int block;
    private final DeviceMemory arena;
    private final Binding[] bindings;
    private final Map<String, Tensor> inputs = new HashMap<>();
    private final Tensor y;
    private final Tensor dy;
    private final Tensor dx;

    /**
     * @param block the most samples of one run, at least 1
     * @throws IllegalArgumentException if the model was not made for gradients and the mode needs them
     */
    public Plan(Model model, int block, Mode mode) {
        if (block < 1) {
            throw new IllegalArgumentException("block is " + block + ", must be at least 1");
        }
        if (mode != Mode.INFERENCE && !model.gradient()) {
            throw new IllegalArgumentException("mode is " + mode + ", but the model was made without gradients");
        }
        this.graph = model.graph();
        this.block = block;
        PlanMemory memory = new PlanMemory(model, block, mode);
        arena = memory.arena();
        bindings = memory.bindings();
        graph.inputs.forEach((name, value) -> inputs.put(name, memory.value(value)));
        y = memory.value(graph.output);
        dy = mode == Mode.INFERENCE ? null : memory.gradient(graph.output);
        dx = mode == Mode.TRAINING_WITH_INPUT_GRADIENT ? memory.gradient(graph.inputs.get(GraphBuilder.X)) : null;
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
        return inputs.get(GraphBuilder.X);
    }

    /** A scalar input: one row of one value per sample. */
    public Tensor scalar(String name) {
        return inputs.get(name);
    }

    /** The condition: labels, vectors or tokens; null for an unconditional network. */
    public Tensor condition() {
        return inputs.get(GraphBuilder.CONDITION);
    }

    /** The mask over tokens; null where there are none. */
    public Tensor mask() {
        return inputs.get(GraphBuilder.MASK);
    }

    /** The output, NHWC. */
    public Tensor y() {
        return y;
    }

    /** The gradient of the output, to be written before {@link #backward}. */
    public Tensor dy() {
        return dy;
    }

    /** The gradient of x, in the mode that makes it; valid until the next forward. */
    public Tensor dx() {
        return dx;
    }

    /** Runs the first n samples of the block. */
    public void forward(Kernels kernels, int n) {
        requireSamples(n);
        for (int i = 0; i < bindings.length; i++) {
            graph.operations.get(i).forward(kernels, n, bindings[i]);
        }
    }

    /** Gradients of Σ y·dy, after {@link #forward} with the same n. */
    public void backward(Kernels kernels, int n, Gradients gradients, boolean accumulate) {
        requireSamples(n);
        if (dy == null) {
            throw new IllegalStateException("an inference plan has no backward");
        }
        for (int i = bindings.length - 1; i >= 0; i--) {
            Binding b = bindings[i];
            if (b.dy != null) {
                Operation operation = graph.operations.get(i);
                for (int k = 0; k < b.copied.length; k++) {
                    if (b.copied[k]) {
                        kernels.affine((long) n * operation.output.pixels(), b.dy, 1, 0, b.base[k], b.dx[k]);
                    }
                }
                operation.backward(kernels, n, b, gradients.slices[i], accumulate);
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
