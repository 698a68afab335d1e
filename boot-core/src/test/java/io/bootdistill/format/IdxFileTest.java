package io.bootdistill.format;

import static io.bootdistill.format.RawFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("fast")
class IdxFileTest {

    private static final int UNSIGNED = 0x08;

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("images-idx3-ubyte");
    }

    /** A file with the values 0, 1, 2 …, as many as are asked for. */
    private static byte[] idx(int type, int count, int... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * shape.length + count);
        bytes.put((byte) 0).put((byte) 0).put((byte) type).put((byte) shape.length);
        Arrays.stream(shape).forEach(bytes::putInt);
        for (int i = 0; i < count; i++) {
            bytes.put((byte) i);
        }
        return bytes.array();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        }
        return out.toByteArray();
    }

    private void assertDamaged(byte[] bytes, Object... words) {
        RawFiles.write(file, bytes);
        assertRefused(() -> IdxFile.read(file), words);
        assertRefused(() -> IdxFile.read(file), file);
    }

    @Test
    void plainAndZippedAreTheSame() throws IOException {
        byte[] bytes = idx(UNSIGNED, 300, 3, 10, 10);
        for (byte[] written : new byte[][] {bytes, gzip(bytes)}) {
            IdxFile read = IdxFile.read(RawFiles.write(file, written));
            assertArrayEquals(new int[] {3, 10, 10}, read.shape());
            assertArrayEquals(Arrays.copyOfRange(bytes, 16, 316), read.values());
        }
    }

    @Test
    void emptyArrayIsAllowed() {
        assertEquals(0, IdxFile.read(RawFiles.write(file, idx(UNSIGNED, 0, 0, 28, 28))).values().length);
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        byte[] plain = idx(UNSIGNED, 12, 3, 2, 2);
        for (int length = 0; length < plain.length; length++) {
            assertDamaged(Arrays.copyOf(plain, length), "damaged");
        }
        byte[] zipped = gzip(plain);
        for (int length = 0; length < zipped.length; length++) {
            assertDamaged(Arrays.copyOf(zipped, length), "damaged");
        }
    }

    @Test
    void corruptCompressedDataAreRefused() throws IOException {
        byte[] zipped = gzip(idx(UNSIGNED, 1000, 10, 10, 10));
        zipped[zipped.length - 8] ^= 1; // the checksum
        assertDamaged(zipped, "corrupt");
    }

    @Test
    void sizesAreChecked() {
        assertDamaged(idx(UNSIGNED, 13, 3, 2, 2), "more bytes follow than the 12");
        assertDamaged(idx(UNSIGNED, 11, 3, 2, 2), "needs 12 values", "only 11");
        assertDamaged(idx(UNSIGNED, 8, -1, 2, 2), "dimension 0 is 4294967295");
        assertDamaged(idx(UNSIGNED, 8, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE), "more than");
        assertDamaged(idx(UNSIGNED, 8, 1 << 16, 1 << 15, 1), "more than");
        assertDamaged(idx(UNSIGNED, 1, 2_000_000_000), "only 1 follow"); // without two gigabytes for the rest
        assertDamaged(idx(UNSIGNED, 1), "0 dimensions");
        assertDamaged(idx(UNSIGNED, 1, 1, 1, 1, 1, 1), "5 dimensions");
    }

    @Test
    void otherTypesAndFilesAreRefused() throws IOException {
        assertDamaged(idx(0x0D, 8, 2), "0xd", "not supported");
        assertDamaged("PNG, say".getBytes(), "does not begin");
        assertDamaged(gzip("PNG, say".getBytes()), "does not begin");
        assertRefused(() -> IdxFile.read(folder), "folder");
        assertRefused(() -> IdxFile.read(folder.resolve("none")), "none", "no such file");
    }

    // ---- pairs of images and labels

    private void write(String name, byte[] bytes) throws IOException {
        Files.write(folder.resolve(name), bytes);
    }

    @Test
    void imagesAndLabels() throws IOException {
        write("t10k-images-idx3-ubyte", new byte[] {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, (byte) 255, 51, 102});
        write("t10k-labels-idx1-ubyte.gz", gzip(new byte[] {0, 0, 8, 1, 0, 0, 0, 2, 9, (byte) 200}));
        LabelledImages read = LabelledImages.read(folder, "t10k");
        assertEquals(1, read.height());
        assertEquals(2, read.width());
        assertArrayEquals(new float[] {-1, 1, -0.6f, -0.2f}, read.images(), 1e-6f);
        assertArrayEquals(new int[] {9, 200}, read.labels());
    }

    @Test
    void imagesWithoutTheirLabelsAreRefused() throws IOException {
        assertRefused(() -> LabelledImages.read(folder, "train"), folder, "train-images-idx3-ubyte.gz");
        write("train-images-idx3-ubyte", idx(UNSIGNED, 12, 3, 2, 2));
        assertRefused(() -> LabelledImages.read(folder, "train"), "train-labels-idx1-ubyte");
        write("train-labels-idx1-ubyte", idx(UNSIGNED, 4, 4));
        assertRefused(() -> LabelledImages.read(folder, "train"), "train-labels-idx1-ubyte", "[4]", "[3]");
        write("train-labels-idx1-ubyte", idx(UNSIGNED, 3, 3));
        write("train-images-idx3-ubyte", idx(UNSIGNED, 12, 3, 4));
        assertRefused(() -> LabelledImages.read(folder, "train"), "train-images-idx3-ubyte", "[3, 4]");
    }

    @Test
    void paddingIsBlackAndHalvingIsTheMean() {
        float[] values = {1, 0, 0.5f, -0.5f, 0.25f, 0, 0, 0};
        LabelledImages images = new LabelledImages(2, 2, values, new int[] {7, 3});
        LabelledImages small = images.padded(1).halved();
        assertEquals(2, small.height());
        assertEquals(2, small.width());
        assertArrayEquals(new int[] {7, 3}, small.labels());
        float[] expected = {-0.5f, -0.75f, -0.625f, -0.875f, -0.6875f, -0.75f, -0.75f, -0.75f};
        assertArrayEquals(expected, small.images());
        assertArrayEquals(new float[] {0.25f, 0.0625f}, images.halved().images());
    }
}
