package io.bootdistill.examples;

import io.bootdistill.device.Conv;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Linear;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;

/**
 * How fast one worker of a device computes: measured in a second, as large networks do, whose weights lie in memory once.
 *
 * @param convolutions floating-point operations a second in 3×3 convolutions, counted as products of matrices
 * @param products in products of matrices
 */
record DeviceSpeed(double convolutions, double products) {

    private static final int SIDE = 512;
    private static final int PIXELS = 32;
    private static final int CHANNELS = 256;
    private static final double SECONDS = 0.5;

    static DeviceSpeed measure(Device device) {
        try (Kernels kernels = device.openKernels()) {
            return new DeviceSpeed(convolutions(device, kernels), products(device, kernels));
        }
    }

    private static double convolutions(Device device, Kernels kernels) {
        Conv conv = Conv.same(PIXELS, PIXELS, CHANNELS, CHANNELS);
        long image = (long) conv.pixels() * CHANNELS;
        try (DeviceMemory memory = device.allocate(conv.weights() + 2 * image)) {
            Weights weights = new Weights(memory.slice(0, conv.weights()), null);
            Tensor x = Tensor.of(memory.slice(conv.weights(), image), CHANNELS);
            Tensor y = Tensor.of(memory.slice(conv.weights() + image, image), CHANNELS);
            double flops = 2.0 * conv.weights() * conv.outPixels();
            return best(kernels, flops, y, () -> kernels.convForward(1, conv, x, weights, null, null, null, y));
        }
    }

    private static double products(Device device, Kernels kernels) {
        Linear linear = new Linear(SIDE, SIDE);
        long square = (long) SIDE * SIDE;
        try (DeviceMemory memory = device.allocate(3 * square)) {
            Weights weights = new Weights(memory.slice(0, square), null);
            Tensor x = Tensor.of(memory.slice(square, square), SIDE);
            Tensor y = Tensor.of(memory.slice(2 * square, square), SIDE);
            return best(kernels, 2.0 * SIDE * square, y,
                    () -> kernels.linearForward(SIDE, linear, x, weights, null, null, y));
        }
    }

    /** How much is done a second: the best of half a second, and of one call at least. */
    private static double best(Kernels kernels, double amount, Tensor y, Runnable call) {
        float[] one = new float[1];
        Slice first = y.data().slice(0, 1);
        double best = 0;
        long end = System.nanoTime() + (long) (SECONDS * 1e9);
        do {
            long start = System.nanoTime();
            call.run();
            kernels.download(first, one, 0); // waits for it
            best = Math.max(best, amount / ((System.nanoTime() - start) * 1e-9));
        } while (System.nanoTime() < end);
        return best;
    }
}
