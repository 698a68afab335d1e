package io.bootdistill.selftest;

import io.bootdistill.device.Captured;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A case whose operands lie on a device, ready to be called any number of times.
 *
 * <p>Each operand has memory of its own. What lies around and between its rows is NaN for an input, so that reading it shows,
 * and a certain number for an output, so that writing it shows.
 */
public final class BoundCase implements AutoCloseable {

    /** Values behind an operand that show whether they are written. */
    static final int GUARDS = 19;

    private static final float GUARD = 12345.678f;

    private final CaseContent operation;
    private final int first;
    private final int count;
    private final int guards;
    private final Scope scope = new Scope();
    private final Kernels kernels;
    private final Map<String, DeviceMemory> memories = new LinkedHashMap<>();
    private final Map<String, float[]> contents = new HashMap<>();
    private final Operands operands;
    private final Operands preparing; // the same, apart: what is only prepared, no call has asked for
    private final Slice awaited;

    /**
     * @param first the first sample, of {@code count}
     * @param guards how many values lie behind each operand: {@link #GUARDS}, or 0 where a tool watches what lies beside memory
     */
    BoundCase(CaseContent operation, Device device, int first, int count, int guards) {
        this.operation = operation;
        this.first = first;
        this.count = count;
        this.guards = guards;
        try {
            kernels = scope.own(device.openKernels());
            Map<String, Tensor> tensors = new HashMap<>();
            for (Operand operand : operation.operands) {
                tensors.put(operand.name(), place(operand, device));
            }
            if (operation.preparation != null) {
                placePrepared(operation.preparation.length().of(kernels), device, tensors);
            }
            operands = new Operands(count, tensors);
            preparing = new Operands(count, tensors);
            prepare();
            awaited = memories.values().iterator().next().slice(0, 1);
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    private Tensor place(Operand operand, Device device) {
        float[] content = content(operand, 0);
        DeviceMemory memory = scope.own(device.allocate(content.length));
        kernels.upload(content, 0, memory.slice());
        memories.put(operand.name(), memory);
        contents.put(operand.name(), content);
        int length = (operand.rows(count) - 1) * operand.stride() + operand.channels();
        return new Tensor(memory.slice(operand.offset(), length), operand.channels(), operand.stride());
    }

    private void placePrepared(long length, Device device, Map<String, Tensor> tensors) {
        if (length > 0) {
            DeviceMemory memory = scope.own(device.allocate(length + guards));
            kernels.fill(memory.slice(), GUARD);
            memories.put(Operands.PREPARED, memory);
            tensors.put(Operands.PREPARED, Tensor.of(memory.slice(0, length), 1));
        }
    }

    private float[] content(Operand operand, int draw) {
        float[] values = operation.values(operand, draw);
        int rows = operand.rows(count);
        float[] content = new float[operand.offset() + (rows - 1) * operand.stride() + operand.channels() + guards];
        Arrays.fill(content, operand.written() ? GUARD : Float.NaN);
        int from = operand.perSample() ? operand.rows(first) * operand.channels() : 0;
        for (int row = 0; row < rows; row++) {
            System.arraycopy(values, from + row * operand.channels(), content, operand.offset() + row * operand.stride(),
                    operand.channels());
        }
        return content;
    }

    /** Gives all operands the values of another draw, and what lies around them its first values. */
    void refill(int draw) {
        for (Operand operand : operation.operands) {
            float[] content = content(operand, draw);
            kernels.upload(content, 0, memories.get(operand.name()).slice());
            contents.put(operand.name(), content);
        }
    }

    /** Prepares the weights of a case that has prepared ones. */
    void prepare() {
        if (operation.preparation != null) {
            operation.preparation.action().run(kernels, preparing.weights());
        }
    }

    /** Captures the preparation of weights and the operation. */
    Captured capture() {
        return kernels.capture(() -> {
            prepare();
            call();
        });
    }

    /** Carries out the operation. */
    public void call() {
        call(operands);
    }

    /** Carries out the operation with other operands than those placed here. */
    void call(Operands others) {
        operation.call.run(kernels, others);
    }

    /** Waits for the calls, which a GPU carries out behind the host. */
    public void await() {
        kernels.download(awaited, new float[1], 0);
    }

    /** Carries out the forward operation of a backward case. */
    void forward() {
        operation.forward.run(kernels, operands);
    }

    /** Bytes that a call must move: each operand once, and once more if it is read and written. Known after a call. */
    public long bytes() {
        return operands.used().stream().map(operation::operand).mapToLong(operand -> {
            long values = (long) operand.rows(count) * operand.channels();
            return Float.BYTES * values * (operand.role() == Operand.Role.UPDATED ? 2 : 1);
        }).sum();
    }

    Operands operands() {
        return operands;
    }

    /** Frees the memory of an operand, as a careless caller might. */
    void closeMemory(String operand) {
        memories.remove(operand).close();
    }

    /** What an operand holds now, row after row without gaps. */
    float[] values(String name) {
        Operand operand = operation.operand(name);
        float[] content = download(name);
        float[] values = new float[operand.rows(count) * operand.channels()];
        for (int row = 0; row < operand.rows(count); row++) {
            System.arraycopy(content, operand.offset() + row * operand.stride(), values, row * operand.channels(),
                    operand.channels());
        }
        return values;
    }

    /** What the written operands hold now, by name. */
    Map<String, float[]> outputs() {
        Map<String, float[]> outputs = new TreeMap<>();
        for (Operand operand : operation.operands) {
            if (operand.written()) {
                outputs.put(operand.name(), values(operand.name()));
            }
        }
        return outputs;
    }

    /**
     * Checks that nothing but the outputs has changed: an input, a gap between rows, or memory before or after an operand.
     *
     * @throws IllegalStateException that names the place
     */
    void requireRestUntouched() {
        for (Operand operand : operation.operands) {
            requireUntouched(operand, operand.written());
        }
        if (memories.containsKey(Operands.PREPARED)) {
            float[] prepared = download(Operands.PREPARED);
            for (int i = prepared.length - guards; i < prepared.length; i++) {
                if (prepared[i] != GUARD) {
                    throw new IllegalStateException("prepared weights leave their memory");
                }
            }
        }
    }

    /** Checks that nothing at all has changed in the memory that is still open; throws likewise. */
    void requireUntouched() {
        for (Operand operand : operation.operands) {
            if (memories.containsKey(operand.name())) {
                requireUntouched(operand, false);
            }
        }
    }

    private void requireUntouched(Operand operand, boolean outsideRowsOnly) {
        float[] before = contents.get(operand.name());
        float[] after = download(operand.name());
        int length = (operand.rows(count) - 1) * operand.stride() + operand.channels();
        for (int i = 0; i < before.length; i++) {
            int at = i - operand.offset();
            boolean inside = at >= 0 && at < length && at % operand.stride() < operand.channels();
            boolean same = Float.floatToIntBits(before[i]) == Float.floatToIntBits(after[i]);
            if (!same && !(inside && outsideRowsOnly)) {
                throw new IllegalStateException(operand.name() + " has been written "
                        + (inside ? "inside" : "outside of its rows") + ", at " + at + " of [0, " + length + "), stride "
                        + operand.stride() + ", channels " + operand.channels() + ": " + before[i] + " became " + after[i]);
            }
        }
    }

    private float[] download(String name) {
        DeviceMemory memory = memories.get(name);
        float[] content = new float[(int) memory.length()];
        kernels.download(memory.slice(), content, 0);
        return content;
    }

    @Override
    public void close() {
        scope.close();
    }
}
