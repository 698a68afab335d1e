package io.bootdistill.internal.natives;

import static io.bootdistill.internal.device.Shapes.requirePositive;
import static io.bootdistill.internal.natives.NativeContext.stride;

import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import java.nio.FloatBuffer;

/** Transfers between the host and the device, and copies on the device. */
interface NativeTransfers extends NativeContext {

    /**
     * A direct buffer through which transfers go: a native call with a part of a Java array would copy all of it.
     */
    FloatBuffer staging();

    @Override
    default void upload(float[] source, int from, Slice target) {
        long to = address("target", target, 0);
        requireWithin("source", source, from, target.length());
        FloatBuffer buffer = staging();
        for (int done = 0; done < target.length(); done += buffer.capacity()) {
            int count = (int) Math.min(buffer.capacity(), target.length() - done);
            buffer.clear().put(source, from + done, count).flip();
            requireOk("upload",
                    BootNative.boot_upload(context(), buffer, 1, count, to + (long) done * Float.BYTES, count));
        }
    }

    @Override
    default void upload(float[] source, int from, int rows, Tensor target) {
        int channels = target.channels();
        long to = address("target", target, rows, channels);
        requireWithin("source", source, from, (long) rows * channels);
        FloatBuffer buffer = staging();
        int most = buffer.capacity() / channels;
        if (most == 0) {
            NativeContext.super.upload(source, from, rows, target);
            return;
        }
        for (int row = 0; row < rows; row += most) {
            int count = Math.min(most, rows - row);
            buffer.clear().put(source, from + row * channels, count * channels).flip();
            requireOk("upload", BootNative.boot_upload(
                    context(), buffer, count, channels, to + (long) row * target.stride() * Float.BYTES, target.stride()));
        }
    }

    @Override
    default void download(Slice source, float[] target, int from) {
        long at = address("source", source, 0);
        requireWithin("target", target, from, source.length());
        FloatBuffer buffer = staging();
        for (int done = 0; done < source.length(); done += buffer.capacity()) {
            int count = (int) Math.min(buffer.capacity(), source.length() - done);
            buffer.clear();
            requireOk("download",
                    BootNative.boot_download(context(), at + (long) done * Float.BYTES, count, 1, count, buffer));
            buffer.get(target, from + done, count);
        }
    }

    @Override
    default void download(int rows, Tensor source, float[] target, int from) {
        int channels = source.channels();
        long at = address("source", source, rows, channels);
        requireWithin("target", target, from, (long) rows * channels);
        FloatBuffer buffer = staging();
        int most = buffer.capacity() / channels;
        if (most == 0) {
            NativeContext.super.download(rows, source, target, from);
            return;
        }
        for (int row = 0; row < rows; row += most) {
            int count = Math.min(most, rows - row);
            buffer.clear();
            requireOk("download", BootNative.boot_download(context(), at + (long) row * source.stride() * Float.BYTES,
                    source.stride(), count, channels, buffer));
            buffer.get(target, from + row * channels, count * channels);
        }
    }

    private static void requireWithin(String host, float[] array, int from, long count) {
        if (from < 0 || count > array.length - from) {
            throw new IllegalArgumentException(host + " has " + array.length + " floats, the transfer needs [" + from
                    + ", " + (from + count) + ")");
        }
    }

    @Override
    default void fill(Slice target, float value) {
        requireOk("fill", BootNative.boot_fill(context(), address("target", target, 0), target.length(), value));
    }

    @Override
    default void affine(long rows, Tensor x, float factor, float offset, Tensor base, Tensor y) {
        requirePositive("rows", rows);
        int channels = y.channels();
        requireOk("affine", BootNative.boot_affine(
                context(), rows, channels,
                address("x", x, rows, channels), stride(x), factor, offset,
                optional("base", base, rows, channels), stride(base),
                address("y", y, rows, channels), stride(y)));
    }
}
