package io.bootdistill.selftest;

import io.bootdistill.device.Conv;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Linear;
import io.bootdistill.device.Philox;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One operation with one set of operands, for any device. The same case serves the comparison of two devices, the
 * finite differences, the independence of the batch, and the benchmarks.
 *
 * <p>A case lists its operands (name, role, shape, seeded values) and the call. {@link #bind} places them on a device. Names
 * of operands are the parameter names of {@link io.bootdistill.device.Kernels}; an optional operand that the case leaves out is null in the call.
 */
public final class OperationCase extends CaseContent {

    private final Kernel operation;
    private final boolean strided;
    private String shape;
    private final int samples;
    private List<String> differentiated = List.of();
    private List<String> moved = List.of();
    private double length = 1;
    private double flops;
    private double cancelling;
    private boolean exact;
    private @Nullable Map<String, float[]> derived;

    private OperationCase(Kernel operation, String description, int samples, boolean strided) {
        this.operation = operation;
        this.shape = description + (strided ? " strided" : "");
        this.samples = samples;
        this.strided = strided;
    }

    /**
     * An empty case.
     *
     * @param strided false: tensors are dense and aligned; true: every operand starts at some odd place, and the rows of a
     *     tensor lie further apart than its channels
     */
    static OperationCase of(Kernel operation, String description, int samples, boolean strided) {
        return new OperationCase(operation, description, samples, strided);
    }

    // ---- operands

    /** A tensor of normal numbers with {@code rows} rows per sample. */
    OperationCase tensor(Operand.Role role, String operand, int rows, int channels) {
        return tensor(role, operand, rows, channels, Philox::normal);
    }

    /** A tensor with {@code rows} rows per sample. */
    OperationCase tensor(Operand.Role role, String operand, int rows, int channels, Operand.Values values) {
        int gap = strided ? 1 + (operands.size() * 5 + 2) % 7 : 0;
        return add(role, operand, true, rows, channels, channels + gap, values);
    }

    /** A slice with {@code length} values per sample. */
    OperationCase perSample(Operand.Role role, String operand, int length, Operand.Values values) {
        return add(role, operand, true, 1, length, length, values);
    }

    /** A slice that all samples share. */
    OperationCase shared(Operand.Role role, String operand, long length, Operand.Values values) {
        return add(role, operand, false, 1, Math.toIntExact(length), Math.toIntExact(length), values);
    }

    /** A slice of normal numbers that all samples share. */
    OperationCase shared(Operand.Role role, String operand, long length) {
        return shared(role, operand, length, Philox::normal);
    }

    /** A tensor that is written, and what is added to it. */
    OperationCase sum(String operand, Addend addend, String addendOperand, int rows, int channels) {
        if (addend == Addend.OTHER) {
            tensor(Operand.Role.INPUT, addendOperand, rows, channels);
        }
        return tensor(addend == Addend.OUTPUT ? Operand.Role.UPDATED : Operand.Role.OUTPUT, operand, rows, channels);
    }

    /** The weights of a convolution, prepared. */
    OperationCase weights(Conv conv, boolean gradient) {
        preparation = new Preparation(
                kernels -> kernels.preparedLength(conv, gradient),
                (kernels, weights) -> kernels.prepare(conv, weights, gradient));
        return shared(Operand.Role.INPUT, "weights", conv.weights());
    }

    /** The weights of a linear layer, prepared. */
    OperationCase weights(Linear linear, boolean gradient) {
        preparation = new Preparation(
                kernels -> kernels.preparedLength(linear, gradient),
                (kernels, weights) -> kernels.prepare(linear, weights, gradient));
        return shared(Operand.Role.INPUT, "weights", linear.weights());
    }

    /** Leaves what is prepared of the weights to the call. */
    OperationCase unprepared() {
        preparation = null;
        shape += " unprepared";
        return this;
    }

    private OperationCase add(
            Operand.Role role, String operand, boolean perSample, int rows, int channels, int stride, Operand.Values values) {
        int offset = strided ? 1 + (operands.size() * 3 + 4) % 9 : 0;
        operands.add(new Operand(operand, role, perSample, rows, channels, stride, offset, values));
        return this;
    }

    // ---- meaning

    /** The call, the last thing that every case needs. */
    OperationCase calls(OperandCall operationCall) {
        call = operationCall;
        return this;
    }

    /**
     * Makes this a backward case: {@code forwardCall} computes {@code y} (and other derived operands) from the inputs, and
     * the call adds to {@code dx} (or {@code dWeights} …) the gradient of Σ dy·y with respect to {@code x} (or
     * {@code weights} …), for each of the inputs named here.
     */
    OperationCase differentiates(OperandCall forwardCall, String... inputs) {
        forward = forwardCall;
        differentiated = List.of(inputs);
        return this;
    }

    /**
     * Makes this a case of forward mode: {@code forwardCall} computes {@code y} (and other derived operands) from the inputs,
     * and the call writes to {@code yTangent} the derivative of y along {@code xTangent} (or {@code scaleTangent} …), for all
     * of the inputs named here at once.
     */
    OperationCase moves(OperandCall forwardCall, String... inputs) {
        forward = forwardCall;
        moved = List.of(inputs);
        return this;
    }

    /** The length of the longest sum behind a value: rounding errors grow with its root. */
    OperationCase length(double terms) {
        length = terms;
        return this;
    }

    /** What the call computes, where arithmetic bounds it: see {@link Arithmetic}. */
    OperationCase flops(double count) {
        flops = count;
        return this;
    }

    /** The magnitude of terms that cancel in the outputs, where it is larger than the outputs themselves. */
    OperationCase cancelling(double magnitude) {
        cancelling = magnitude;
        return this;
    }

    /** Every device computes the same bits. */
    OperationCase exact() {
        exact = true;
        return this;
    }

    // ---- use

    /** What the case calls. */
    Kernel operation() {
        return operation;
    }

    /** Sizes and options. */
    String shape() {
        return shape;
    }

    /** Operation, sizes and options; unique. */
    public String name() {
        return operation + " " + shape;
    }

    /** The size of the batch. */
    int samples() {
        return samples;
    }

    /** Values in all operands together. */
    long elements() {
        return operands.stream().mapToLong(o -> (long) o.rows(samples) * o.channels()).sum();
    }

    /** Floating-point operations of a call; 0 where memory bounds it. */
    public double flops() {
        return flops;
    }

    /** Places all operands on a device. */
    public BoundCase bind(Device device) {
        return bind(device, 0, samples);
    }

    /** Places the operands of the samples [first, first + count) on a device. */
    BoundCase bind(Device device, int first, int count) {
        return new BoundCase(this, device, first, count, BoundCase.GUARDS);
    }

    /**
     * The outputs of a call on fresh memory, by name.
     *
     * @throws IllegalStateException if the call has written anything else
     */
    Map<String, float[]> run(Device device) {
        return run(device, 0, samples);
    }

    /** The outputs for the samples [first, first + count), likewise. */
    Map<String, float[]> run(Device device, int first, int count) {
        return run(bind(device, first, count));
    }

    /** The outputs of a call on memory that ends with each operand, for tools that watch what lies beside it; likewise. */
    Map<String, float[]> runOnTightMemory(Device device) {
        return run(new BoundCase(this, device, 0, samples, 0));
    }

    private static Map<String, float[]> run(BoundCase placed) {
        try (placed) {
            placed.call();
            placed.requireRestUntouched();
            return placed.outputs();
        }
    }

    @Override
    public String toString() {
        return name();
    }

    List<String> differentiated() {
        return differentiated;
    }

    List<String> moved() {
        return moved;
    }

    double length() {
        return length;
    }

    double cancelling() {
        return cancelling;
    }

    boolean isExact() {
        return exact;
    }

    @Override
    float[] values(Operand operand, int draw) {
        if (operand.role() == Operand.Role.DERIVED) {
            return derived().get(operand.name());
        }
        float[] values = new float[operand.rows(samples) * operand.channels()];
        long seed = name().hashCode() + ((long) draw << Integer.SIZE);
        int index = operands.indexOf(operand);
        for (int i = 0; i < values.length; i++) {
            values[i] = operand.role() == Operand.Role.OUTPUT ? Float.NaN : operand.values().at(seed, index, i);
        }
        return values;
    }

    private synchronized Map<String, float[]> derived() {
        if (derived == null) {
            Map<String, float[]> values = new HashMap<>();
            for (Operand operand : operands) {
                if (operand.role() == Operand.Role.DERIVED) {
                    float[] unknown = new float[operand.rows(samples) * operand.channels()];
                    values.put(operand.name(), unknown);
                }
            }
            derived = values; // zeros, for the run that computes them
            if (!values.isEmpty()) {
                try (BoundCase bound = bind(Devices.named("reference"))) {
                    bound.forward();
                    values.replaceAll((operand, unknown) -> bound.values(operand));
                }
            }
        }
        return derived;
    }
}
