package io.bootdistill.reference;

import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;

/** Float64 arrays on the reference device and back, without rounding, as finite differences need them. */
public final class Arrays64 {

    private static final ReferenceDevice DEVICE = new ReferenceDevice();

    private Arrays64() {}

    static Slice slice(double... values) {
        ReferenceMemory memory = (ReferenceMemory) DEVICE.allocate(values.length);
        for (int i = 0; i < values.length; i++) {
            memory.set(i, values[i]);
        }
        return memory.slice();
    }

    static Slice zeros(int length) {
        return slice(new double[length]);
    }

    static Tensor tensor(int channels, double... values) {
        return Tensor.of(slice(values), channels);
    }

    public static double[] read(Slice slice) {
        double[] values = new double[(int) slice.length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = ((ReferenceMemory) slice.memory()).get(slice.offset() + i);
        }
        return values;
    }

    static double[] read(Tensor dense) {
        return read(dense.data());
    }

    /** Normal numbers. */
    static double[] random(int length, long seed) {
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] = Philox.normal(seed, 0, i);
        }
        return values;
    }

    /** Writes values into a slice, as a caller would change parameters. */
    public static void write(Slice slice, double... values) {
        for (int i = 0; i < values.length; i++) {
            ((ReferenceMemory) slice.memory()).set(slice.offset() + i, values[i]);
        }
    }
}
