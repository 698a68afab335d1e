package io.bootdistill.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Conv;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How much exactness Winograd's convolution costs where networks have many channels, against float64. A float32 sum of L terms
 * is off by some ½·ε·√L of its usual size; the transforms may cost three times as much: the norm of the error is at most
 * 1.5·ε·√L times that of the output.
 */
class WinogradErrorTest {

    private static final double LIMIT = 1.5 * 0x1p-23;

    @ParameterizedTest
    @EnumSource(CpuTier.class)
    void errorAtManyChannels(CpuTier tier) {
        Device cpu = NativeBuild.device(tier);
        for (int channels : new int[] {64, 256, 512}) {
            compare(cpu, Conv.same(8, 8, channels, channels));
            compare(cpu, Conv.doubling(4, 4, channels, channels));
        }
    }

    private static void compare(Device cpu, Conv conv) {
        float[][] actual = run(cpu, conv);
        float[][] exact = run(Devices.named("reference"), conv);
        for (int pass = 0; pass < actual.length; pass++) {
            double length = pass < 2 ? 9 * conv.in() : conv.outPixels();
            double error = relativeError(actual[pass], exact[pass]);
            String where = cpu.description() + ", " + conv + ", pass " + pass + ": error " + error;
            assertTrue(error <= LIMIT * Math.sqrt(length), where);
            assertTrue(error > 0, where + ": nothing was compared");
        }
    }

    /** Output, gradient of the input, gradient of the weights. */
    private static float[][] run(Device device, Conv conv) {
        int image = conv.outPixels() * conv.out();
        try (DeviceMemory memory = device.allocate(4L * image + 2 * conv.weights() + 2 * conv.out());
                Kernels kernels = device.openKernels()) {
            Slice[] images = new Slice[4]; // x, dy, y, dx
            for (int i = 0; i < images.length; i++) {
                images[i] = memory.slice((long) i * image, image);
            }
            Slice values = memory.slice(4L * image, conv.weights());
            Slice dWeights = memory.slice(4L * image + conv.weights(), conv.weights());
            Slice biases = memory.slice(4L * image + 2 * conv.weights(), 2L * conv.out());
            kernels.upload(normals(0, image), 0, images[0]);
            kernels.upload(normals(1, image), 0, images[1]);
            kernels.upload(normals(2, (int) conv.weights()), 0, values);
            assertEquals(0, kernels.preparedLength(conv, true), "the path that transforms weights as it goes");
            Weights weights = new Weights(values, null);
            Slice dx = images[3].slice(0, (long) conv.pixels() * conv.in());
            Tensor x = Tensor.of(images[0], conv.in());
            Tensor dy = Tensor.of(images[1], conv.out());
            kernels.convForward(
                    1, conv, x, weights, biases.slice(0, conv.out()), null, null, Tensor.of(images[2], conv.out()));
            kernels.convBackwardInput(1, conv, dy, weights, null, Tensor.of(dx, conv.in()));
            kernels.convBackwardWeights(
                    1, conv, new Conv.Gradients(x, dy, null), dWeights, biases.slice(conv.out(), conv.out()), false);
            return new float[][] {download(kernels, images[2]), download(kernels, dx), download(kernels, dWeights)};
        }
    }

    private static float[] normals(int draw, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = Philox.normal(1, draw, i);
        }
        return values;
    }

    private static float[] download(Kernels kernels, Slice slice) {
        float[] values = new float[(int) slice.length()];
        kernels.download(slice, values, 0);
        return values;
    }

    /** The norm of the error, relative to that of the exact values. */
    private static double relativeError(float[] actual, float[] exact) {
        double error = 0;
        double norm = 0;
        for (int i = 0; i < exact.length; i++) {
            error += ((double) actual[i] - exact[i]) * ((double) actual[i] - exact[i]);
            norm += (double) exact[i] * exact[i];
        }
        return Math.sqrt(error / norm);
    }
}
