package io.bootdistill.cpu;

import io.bootdistill.device.Kernels;
import io.bootdistill.internal.device.Shapes;
import io.bootdistill.internal.natives.BootNative;
import io.bootdistill.internal.natives.NativeContext;

/** The processor's peak arithmetic, which kernels are measured against. */
public final class CpuPeak {

    private CpuPeak() {}

    /**
     * Multiplies and adds in registers, with the instruction set of these kernels, on the calling thread.
     *
     * @param rounds how long: a round takes some nanoseconds; at least 1
     * @return how many floating-point operations that were; the peak is that over the time it took
     * @throws IllegalArgumentException if the kernels are not those of the {@code cpu} device
     */
    public static long run(Kernels kernels, long rounds) {
        if (!(kernels instanceof NativeContext cpu) || !cpu.library().device().equals(CpuDevice.NAME)) {
            throw new IllegalArgumentException("kernels is " + kernels.getClass().getName() + ", must be of the cpu device");
        }
        Shapes.requirePositive("rounds", rounds);
        long[] operations = new long[1];
        cpu.requireOk("peak", BootNative.boot_peak(cpu.context(), rounds, operations));
        return operations[0];
    }
}
