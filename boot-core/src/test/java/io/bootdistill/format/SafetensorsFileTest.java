package io.bootdistill.format;

import static io.bootdistill.format.RawFiles.assertMessage;
import static io.bootdistill.format.RawFiles.assertRefused;
import static io.bootdistill.format.RawFiles.entry;
import static io.bootdistill.format.RawFiles.safetensors;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.error.ModelFormatException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values in and out. */
@Tag("fast")
class SafetensorsFileTest {

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("weights.safetensors");
    }

    private SafetensorsFile one(String dtype, int length, ByteBuffer values) {
        String header = "{" + entry("x", dtype, "[" + length + "]", 0, values.capacity()) + "}";
        return SafetensorsFile.open(RawFiles.write(file, safetensors(header, values.array())));
    }

    private static ByteBuffer bytes(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void roundTrip() throws IOException {
        float[] flat = {9, -1.5f, Float.MIN_VALUE, 3e38f, -0f, 7, 8};
        new SafetensorsWriter()
                .metadata("solver", "ddim")
                .metadata("quote", "\"<é>\n")
                .add("odd", new int[] {3}, new float[] {1, 2, 3})
                .add("slice", new int[] {2, 2}, flat, 1)
                .addDoubles("exact", new int[] {1, 2}, new double[] {Math.PI, -1e300})
                .addLongs("labels", new int[] {2}, new long[] {1L << 53, -3})
                .add("scalar", new int[0], new float[] {0.1f})
                .write(file);
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertEquals(List.of("exact", "labels", "odd", "slice", "scalar"), List.copyOf(read.names()));
            assertEquals(Map.of("solver", "ddim", "quote", "\"<é>\n"), read.metadata());
            assertArrayEquals(new int[] {2, 2}, read.shape("slice"));
            assertArrayEquals(new float[] {-1.5f, Float.MIN_VALUE, 3e38f, -0f}, read.floats("slice"));
            assertArrayEquals(new double[] {Math.PI, -1e300}, read.doubles("exact"));
            assertArrayEquals(new double[] {0x1p53, -3}, read.doubles("labels"));
            assertArrayEquals(new float[] {(float) Math.PI, Float.NEGATIVE_INFINITY}, read.floats("exact"));
            assertArrayEquals(new float[] {0.1f}, read.floats("scalar"));
            assertEquals(DType.I64, read.dtype("labels"));
            float[] into = {5, 5, 5, 5, 5};
            read.read("odd", into, 1);
            assertArrayEquals(new float[] {5, 1, 2, 3, 5}, into);
            read.read("labels", into, 3);
            assertArrayEquals(new float[] {5, 1, 2, 0x1p53f, -3}, into);
            assertThrows(IndexOutOfBoundsException.class, () -> read.read("odd", into, 3));
            assertThrows(IndexOutOfBoundsException.class, () -> read.read("odd", into, -1));
        }
    }

    @Test
    void dataIsAligned() throws IOException {
        for (int length = 1; length <= 8; length++) {
            new SafetensorsWriter().add("x".repeat(length), new int[] {1}, new float[1]).write(file);
            ByteBuffer written = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            assertEquals(0, written.getLong(0) % 8, "with a name of " + length);
            assertEquals(1, SafetensorsFile.open(file).floats("x".repeat(length)).length);
        }
    }

    @Test
    void theSameCallsGiveTheSameBytes() throws IOException {
        for (String name : List.of("a", "b")) {
            new SafetensorsWriter().metadata("k", "v").metadata("j", "w").add("z", new int[] {1}, new float[] {1})
                    .add("a", new int[] {1}, new float[] {2}).write(folder.resolve(name));
        }
        assertEquals(-1, Files.mismatch(folder.resolve("a"), folder.resolve("b")));
        assertEquals(List.of("z", "a"), List.copyOf(SafetensorsFile.open(folder.resolve("a")).names()));
    }

    @Test
    void largerThanTheWriteBuffer() throws IOException {
        float[] values = new float[700_001];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        new SafetensorsWriter().add("x", new int[] {values.length}, values).write(file);
        assertArrayEquals(values, SafetensorsFile.open(file).floats("x"));
    }

    @Test
    void writerRefusesBadArguments() {
        SafetensorsWriter writer = new SafetensorsWriter().add("a", new int[] {1}, new float[1]);
        assertMessage(assertThrows(IllegalArgumentException.class, () -> writer.add("a", new int[] {1}, new float[1])), "name is a");
        assertMessage(assertThrows(IllegalArgumentException.class, () -> writer.add("b", new int[] {2}, new float[1])),
                "values of b has length 1, must be 2");
        assertMessage(assertThrows(IllegalArgumentException.class, () -> writer.add("b", new int[] {-1, -1}, new float[1])),
                "shape of b is [-1, -1]");
        assertThrows(IllegalArgumentException.class, () -> writer.add("__metadata__", new int[] {1}, new float[1]));
        assertThrows(IndexOutOfBoundsException.class, () -> writer.add("b", new int[] {2}, new float[2], 1));
    }

    @Test
    void everyHalf() {
        ByteBuffer halves = bytes(2 << 16);
        for (int i = 0; i < 1 << 16; i++) {
            halves.putShort((short) i);
        }
        float[] values = one("F16", 1 << 16, halves).floats("x");
        for (int i = 0; i < 1 << 16; i++) {
            int exponent = i >> 10 & 31;
            int fraction = i & 1023;
            double magnitude = exponent == 31 ? (fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
                    : exponent == 0 ? Math.scalb(fraction / 1024.0, -14) : Math.scalb(1 + fraction / 1024.0, exponent - 15);
            assertEquals((float) (i < 1 << 15 ? magnitude : -magnitude), values[i], "half " + i); // tells -0 from 0
        }
    }

    /** More of them than are widened at a time. */
    @Test
    void everyBrainFloat() {
        ByteBuffer brains = bytes(2 << 16);
        for (int i = 0; i < 1 << 16; i++) {
            brains.putShort((short) i);
        }
        float[] values = one("BF16", 1 << 16, brains).floats("x");
        for (int i = 0; i < 1 << 16; i++) {
            assertEquals(Float.intBitsToFloat(i << 16), values[i], "brain float " + i);
        }
    }

    @Test
    void otherTypes() {
        ByteBuffer brain = bytes(6).putShort((short) 0x3f80).putShort((short) 0xc049).putShort((short) 0x7f80);
        assertArrayEquals(new float[] {1, -3.140625f, Float.POSITIVE_INFINITY}, one("BF16", 3, brain).floats("x"));
        assertArrayEquals(new float[] {0, 255}, one("U8", 2, bytes(2).put((byte) 0).put((byte) -1)).floats("x"));
        assertArrayEquals(new float[] {-128, 127}, one("I8", 2, bytes(2).put((byte) -128).put((byte) 127)).floats("x"));
        assertArrayEquals(new float[] {0, 1, 1}, one("BOOL", 3, bytes(3).put((byte) 0).put((byte) 1).put((byte) 2)).floats("x"));
        assertArrayEquals(new double[] {65535, 1}, one("U16", 2, bytes(4).putShort((short) -1).putShort((short) 1)).doubles("x"));
        assertArrayEquals(new double[] {-1, 1}, one("I16", 2, bytes(4).putShort((short) -1).putShort((short) 1)).doubles("x"));
        assertArrayEquals(new double[] {4294967295.0}, one("U32", 1, bytes(4).putInt(-1)).doubles("x"));
        assertArrayEquals(new double[] {-1}, one("I32", 1, bytes(4).putInt(-1)).doubles("x"));
        assertArrayEquals(new double[] {0x1p64, 0x1p63 + 2048, 5}, one("U64", 3,
                bytes(24).putLong(-1).putLong(Long.MIN_VALUE + 1025).putLong(5)).doubles("x"));
        assertArrayEquals(new double[] {-0x1p63}, one("I64", 1, bytes(8).putLong(Long.MIN_VALUE)).doubles("x"));
        assertArrayEquals(new float[] {-0.1f}, one("F64", 1, bytes(8).putDouble(-0.1)).floats("x"));
    }

    /** Tensors of each width that lie at odd places and take several reads. */
    @Test
    void largerThanTheReadBuffer() {
        int n = 1_200_003;
        String header = "{" + entry("odd", "U8", "[3]", 0, 3) + "," + entry("bytes", "I8", "[" + n + "]", 3, 3 + n) + ","
                + entry("halves", "I16", "[" + n + "]", 3 + n, 3 + 3L * n) + ","
                + entry("floats", "F32", "[" + n + "]", 3 + 3L * n, 3 + 7L * n) + ","
                + entry("doubles", "F64", "[" + n + "]", 3 + 7L * n, 3 + 15L * n) + "}";
        ByteBuffer data = bytes(3 + 15 * n).position(3);
        for (int i = 0; i < n; i++) {
            data.put(3 + i, (byte) i).putShort(3 + n + 2 * i, (short) i);
            data.putFloat(3 + 3 * n + 4 * i, i).putDouble(3 + 7 * n + 8 * i, i);
        }
        RawFiles.write(file, safetensors(header, data.array()));
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            float[] bytes = read.floats("bytes");
            float[] halves = read.floats("halves");
            float[] floats = read.floats("floats");
            double[] doubles = read.doubles("doubles");
            for (int i = 0; i < n; i++) {
                if (bytes[i] != (byte) i || halves[i] != (short) i || floats[i] != i || doubles[i] != i) {
                    throw new AssertionError("element " + i + ": " + bytes[i] + " " + halves[i] + " " + floats[i]);
                }
            }
        }
    }

    /** A tensor that is asked for from its middle on, and one whose values are asked for when they are written. */
    @Test
    void valuesPieceByPiece() throws IOException {
        int n = 300_000;
        List<Long> asked = new ArrayList<>();
        new SafetensorsWriter()
                .add("made", new int[] {n / 3, 3}, (first, into) -> {
                    asked.add(first);
                    for (long i = first; into.hasRemaining(); i++) {
                        into.put(i);
                    }
                })
                .addBytes("raw", DType.BF16, new int[] {3}, (first, into) -> {
                    while (into.hasRemaining()) {
                        into.put((byte) (first + into.position()));
                    }
                })
                .write(file);
        assertEquals(asked.stream().sorted().distinct().toList(), asked, "in order");
        assertTrue(asked.size() > 1);
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertEquals(n, read.size("made"));
            FloatBuffer into = FloatBuffer.allocate(150_002).position(1).limit(150_001);
            read.read("made", 140_000, into);
            assertEquals(0, into.remaining());
            for (int i = 1; i <= 150_000; i++) {
                assertEquals(139_999 + i, into.get(i));
            }
            assertThrows(IndexOutOfBoundsException.class, () -> read.read("made", n - 1, FloatBuffer.allocate(2)));
            assertThrows(IndexOutOfBoundsException.class, () -> read.read("made", -1, FloatBuffer.allocate(1)));
            assertEquals(DType.BF16, read.dtype("raw"));
            ByteBuffer raw = ByteBuffer.allocate(4);
            read.readBytes("raw", 2, raw);
            assertArrayEquals(new byte[] {2, 3, 4, 5}, raw.array());
            assertThrows(IndexOutOfBoundsException.class, () -> read.readBytes("raw", 3, ByteBuffer.allocate(4)));
        }
    }

    @Test
    void beyondTwoGibibytes() throws IOException {
        long big = 3L << 30; // a sparse file: takes no space
        String header = "{" + entry("big", "U8", "[3,1073741824]", 0, big) + "," + entry("far", "F32", "[2]", big, big + 8) + "}";
        byte[] head = safetensors(header, 0);
        RawFiles.write(file, head);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(head.length + big + 8);
            sparse.seek(head.length + big);
            sparse.write(bytes(8).putFloat(1.25f).putFloat(-2.5f).array());
        }
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertArrayEquals(new float[] {1.25f, -2.5f}, read.floats("far"));
            assertRefused(() -> read.floats("big"), file, "tensor big", "3221225472 elements");
        }
    }

    @Test
    void halfPrecisionThatOverflowed() throws IOException {
        SafetensorsFile half = one("F16", 3, bytes(6).putShort((short) 0x7bff).putShort((short) 0xfc00).putShort((short) 0));
        assertRefused(half::requireFinite, file, "tensor x is -Infinity at index 1 of 3", "F16 holds nothing above 65504");
    }

    @Test
    void partOfATensor() throws IOException {
        new SafetensorsWriter().add("x", new int[] {2, 3}, new float[] {1, 2, 3, 4, 5, 6})
                .addLongs("i", new int[] {3}, new long[] {7, 8, 9}).write(file);
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            float[] into = new float[5];
            read.read("x", 2, FloatBuffer.wrap(into, 1, 3));
            assertArrayEquals(new float[] {0, 3, 4, 5, 0}, into);
            read.read("i", 2, FloatBuffer.wrap(into, 4, 1));
            assertArrayEquals(new float[] {0, 3, 4, 5, 9}, into);
            read.read("x", 6, FloatBuffer.wrap(into, 5, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> read.read("x", 4, FloatBuffer.wrap(into, 0, 3)));
            assertThrows(IndexOutOfBoundsException.class, () -> read.read("x", -1, FloatBuffer.wrap(into, 0, 1)));
            assertThrows(IndexOutOfBoundsException.class, () -> read.read("x", 0, FloatBuffer.wrap(into, 3, 3)));
            assertRefused(() -> read.read("y", 0, FloatBuffer.wrap(into, 0, 1)), "no tensor y");
        }
    }

    @Test
    void missingTensorListsCloseNames() throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        for (String name : List.of("conv_in.weight", "conv_in.bias", "conv_out.weight", "time_embedding.linear_1.weight")) {
            writer.add(name, new int[] {1}, new float[1]);
        }
        writer.write(file);
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            ModelFormatException refusal = assertRefused(() -> read.floats("conv_in.weights"), file, "no tensor conv_in.weights",
                    "close names are conv_in.weight, conv_out.weight, conv_in.bias");
            assertTrue(!refusal.getMessage().contains("time_embedding"), refusal.getMessage());
            assertRefused(() -> read.shape("x"), "no tensor x");
        }
        new SafetensorsWriter().write(file);
        assertRefused(() -> SafetensorsFile.open(file).shape("x"), "holds no tensor at all");
    }

    @Test
    void requireShape() throws IOException {
        new SafetensorsWriter().add("a", new int[] {2, 3}, new float[6]).write(file);
        SafetensorsFile read = SafetensorsFile.open(file);
        read.requireShape("a", 2, 3);
        assertRefused(() -> read.requireShape("a", 3, 2), file, "tensor a has shape [2, 3], must be [3, 2]");
        assertRefused(() -> read.requireShape("a", 6), "[6]");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void requireFinite(float bad) throws IOException {
        float[] values = new float[10];
        SafetensorsWriter writer = new SafetensorsWriter().addLongs("labels", new int[] {1}, new long[] {-1})
                .add("good", new int[] {1}, new float[] {Float.MAX_VALUE}).add("weight", new int[] {10}, values);
        writer.write(file);
        SafetensorsFile.open(file).requireFinite();
        values[7] = bad;
        values[9] = bad;
        writer.write(file);
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertRefused(read::requireFinite, file, "tensor weight is " + bad + " at index 7 of 10", "another checkpoint");
            read.readFinite("weight", 0, FloatBuffer.allocate(7));
            assertRefused(() -> read.readFinite("weight", 3, FloatBuffer.allocate(5)), file, "at index 7 of 10");
        }
    }

    /** Wherever it stands alone, in a heap's buffer or another. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void oneThatIsNotFinite(int place) throws IOException {
        float[] values = new float[11];
        values[place] = Float.NaN;
        new SafetensorsWriter().add("weight", new int[] {11}, values).write(file);
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            FloatBuffer direct = ByteBuffer.allocateDirect(4 * 11).asFloatBuffer();
            for (FloatBuffer into : List.of(FloatBuffer.allocate(11), direct)) {
                assertRefused(() -> read.readFinite("weight", 0, into), file, "tensor weight is NaN at index " + place + " of 11");
            }
        }
    }

    @Test
    void closedOrShortened() throws IOException {
        new SafetensorsWriter().add("a", new int[] {4096}, new float[4096]).write(file);
        SafetensorsFile closed = SafetensorsFile.open(file);
        closed.close();
        assertThrows(IllegalStateException.class, () -> closed.floats("a"));
        SafetensorsFile cut = SafetensorsFile.open(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
        assertRefused(() -> cut.floats("a"), file, "tensor a", "became shorter");
    }
}
