package io.bootdistill.selftest;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.PassingDevice;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A device that notes its calls and allocations. Thread-safe. */
public final class RecordingDevice extends PassingDevice {

    /**
     * A call of an operation.
     *
     * @param sizes its whole numbers and its shape, in order, then the channels of its first tensor
     */
    public record Call(String operation, List<Object> sizes) {

        /** What it computes; 0 where memory bounds it. */
        public double flops() {
            boolean shaped = sizes.size() > 1 && sizes.get(0) instanceof Number;
            Optional<Kernel> kernel =
                    Arrays.stream(Kernel.values()).filter(candidate -> candidate.toString().equals(operation)).findFirst();
            return shaped && kernel.isPresent()
                    ? Arithmetic.of(kernel.get(), ((Number) sizes.get(0)).longValue(), sizes.get(1)) : 0;
        }
    }

    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private final AtomicInteger allocations = new AtomicInteger();

    public RecordingDevice(Device device) {
        super(device);
    }

    /** The calls so far, of preparations and transfers, too. */
    public List<Call> calls() {
        return List.copyOf(calls);
    }

    /** Floating-point operations of the calls so far. */
    public double flops() {
        return calls.stream().mapToDouble(Call::flops).sum();
    }

    /** Forgets the calls so far. */
    public void clear() {
        calls.clear();
    }

    /** How often memory was asked for so far. */
    public int allocations() {
        return allocations.get();
    }

    @Override
    public DeviceMemory allocate(long floats) {
        allocations.incrementAndGet();
        return super.allocate(floats);
    }

    @Override
    protected Object call(Kernels kernels, Method method, Object[] arguments) throws Throwable {
        calls.add(callOf(method, arguments));
        return super.call(kernels, method, arguments);
    }

    private static Call callOf(Method method, Object[] arguments) {
        List<Object> sizes = new ArrayList<>();
        List<Integer> channels = new ArrayList<>();
        for (Object argument : arguments == null ? new Object[0] : arguments) {
            note(argument, sizes, channels);
        }
        sizes.addAll(channels.stream().limit(1).toList());
        return new Call(method.getName(), List.copyOf(sizes));
    }

    /** A record of operands counts as its components, a shape as itself. */
    private static void note(Object argument, List<Object> sizes, List<Integer> channels) {
        if (argument instanceof Tensor tensor) {
            channels.add(tensor.channels());
        } else if (argument instanceof Integer || argument instanceof Long) {
            sizes.add(argument);
        } else if (argument instanceof Record && !(argument instanceof Slice || argument instanceof Weights)) {
            RecordComponent[] components = argument.getClass().getRecordComponents();
            if (Arrays.stream(components).allMatch(c -> c.getType().isPrimitive() || c.getType().isEnum())) {
                sizes.add(argument);
                return;
            }
            for (RecordComponent component : components) {
                try {
                    note(component.getAccessor().invoke(argument), sizes, channels);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
