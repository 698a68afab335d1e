package io.bootdistill.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.network.Parameter.Initial;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parameters get to where their strides say, and back, in pieces of any size. */
@Tag("fast")
class ParameterMoverTest {

    private static final Device DEVICE = Devices.named("reference");

    /** Every kind of place in the flat buffer, between gaps. */
    private static ParameterLayout layout(int in, int out) {
        LayoutBuilder builder = new LayoutBuilder(Operation.Place.TRAINED);
        builder.conv("conv.weight", in, out);
        builder.bias("conv.bias", out, in);
        builder.linear(List.of("q", "k", "v"), in, new int[] {out, 1, 2 * out}, false, Initial.UNIFORM);
        builder.linear(List.of("point"), in, new int[] {out}, true, Initial.UNIFORM);
        builder.linearBias(List.of("q", "k", "v"), in, new int[] {out, 1, 2 * out}, Initial.UNIFORM);
        builder.table("table", out, in);
        builder.constant("frequencies", in);
        return builder.build();
    }

    /** As the strides say, element by element. */
    private static float[] scattered(ParameterLayout layout) {
        float[] flat = new float[(int) layout.length()];
        for (Parameter parameter : layout.trained()) {
            for (int i = 0; i < parameter.size(); i++) {
                long place = parameter.offset();
                int rest = i;
                for (int k = parameter.shape().length - 1; k >= 0; k--) {
                    place += rest % parameter.shape()[k] * parameter.strides()[k];
                    rest /= parameter.shape()[k];
                }
                flat[(int) place] = value(parameter, i);
            }
        }
        return flat;
    }

    private static float value(Parameter parameter, long element) {
        return Math.floorMod(parameter.name().hashCode(), 1000) + element / 1024f;
    }

    private static void give(Parameter parameter, long first, FloatBuffer into) {
        while (into.hasRemaining()) {
            into.put(value(parameter, first++));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 9, 10, 26, 27, 64, 117, 1000, 100_000})
    void piecesOfAnySize(int most) {
        ParameterLayout layout = layout(13, 5);
        try (DeviceMemory memory = DEVICE.allocate(layout.length()); Kernels kernels = DEVICE.openKernels()) {
            float[] values = new float[most];
            float[] tile = new float[most];
            for (Parameter parameter : layout.trained()) {
                int pieces = 0;
                for (long first = 0; first < parameter.size(); ) {
                    ParameterPiece piece = new ParameterPiece(parameter, first, most);
                    assertEquals(first, piece.first, parameter.name());
                    give(parameter, first, FloatBuffer.wrap(values, 0, piece.count));
                    boolean keepsOrder = piece.keepsOrder();
                    if (!keepsOrder) {
                        piece.reorder(values, tile, true);
                    }
                    piece.forEachMatrix(memory.slice(),
                            (rows, matrix, from) -> kernels.upload(keepsOrder ? values : tile, from, rows, matrix));
                    first += piece.count;
                    pieces++;
                }
                if (most >= parameter.size()) {
                    assertEquals(1, pieces, parameter.name());
                }
            }
            float[] flat = new float[(int) layout.length()];
            kernels.download(memory.slice(), flat, 0);
            assertArrayEquals(scattered(layout), flat);
        }
    }

    /** Larger than a piece, and smaller. */
    @ParameterizedTest
    @ValueSource(ints = {3, 200})
    void writtenAndRead(int channels) {
        ParameterLayout layout = layout(channels, channels + 1);
        try (DeviceMemory memory = DEVICE.allocate(layout.length()); Kernels kernels = DEVICE.openKernels()) {
            ParameterMover mover = new ParameterMover(kernels, layout);
            Map<String, Long> next = new HashMap<>();
            for (Parameter parameter : layout.trained()) {
                mover.write(parameter, (asked, first, into) -> {
                    assertEquals(next.getOrDefault(asked.name(), 0L), first, "each element once, in turn");
                    next.put(asked.name(), first + into.remaining());
                    give(asked, first, into);
                }, memory.slice());
                assertEquals(parameter.size(), next.get(parameter.name()));
            }
            float[] flat = new float[(int) layout.length()];
            kernels.download(memory.slice(), flat, 0);
            assertArrayEquals(scattered(layout), flat);
            for (Parameter parameter : layout.trained()) {
                int from = Math.min(7, parameter.size() - 1);
                float[] expected = new float[parameter.size() - from];
                float[] read = new float[expected.length];
                give(parameter, from, FloatBuffer.wrap(expected));
                mover.read(parameter, memory.slice(), from, FloatBuffer.wrap(read));
                assertArrayEquals(expected, read, parameter.name());
                assertThrows(IndexOutOfBoundsException.class,
                        () -> mover.read(parameter, memory.slice(), from + 1, FloatBuffer.wrap(read)));
            }
        }
    }

    /** Whatever else lies beside them: another slice, laid out alike, has its own. */
    @Test
    void eachSliceHasItsValues() {
        ParameterLayout layout = layout(3, 4);
        long length = layout.length();
        Parameter parameter = layout.find("conv.weight");
        try (DeviceMemory memory = DEVICE.allocate(2 * length); Kernels kernels = DEVICE.openKernels()) {
            ParameterMover mover = new ParameterMover(kernels, layout);
            mover.write(parameter, ParameterMoverTest::give, memory.slice(length, length));
            float[] first = {1};
            mover.read(parameter, memory.slice(length, length), 5, FloatBuffer.wrap(first));
            assertEquals(value(parameter, 5), first[0]);
            mover.read(parameter, memory.slice(0, length), 5, FloatBuffer.wrap(first));
            assertEquals(0, first[0]);
            mover.write(parameter, ParameterMoverTest::give, memory.slice(0, length));
            mover.read(parameter, memory.slice(0, length), 5, FloatBuffer.wrap(first));
            assertEquals(value(parameter, 5), first[0]);
        }
    }
}
