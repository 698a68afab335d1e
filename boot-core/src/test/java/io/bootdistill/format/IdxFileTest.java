package io.bootdistill.format;

import static io.bootdistill.format.RawFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
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
            assertEquals(3, read.entries().size());
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(Arrays.copyOfRange(bytes, 16 + 100 * i, 116 + 100 * i), read.entries().get(i));
            }
        }
    }

    @Test
    void emptyArrayIsAllowed() {
        assertEquals(List.of(), IdxFile.read(RawFiles.write(file, idx(UNSIGNED, 0, 0, 28, 28))).entries());
        assertEquals(List.of(), IdxFile.read(RawFiles.write(file, idx(UNSIGNED, 0, Integer.MAX_VALUE, 0))).entries());
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
        assertDamaged(idx(UNSIGNED, 11, 3, 2, 2), "no more than 11 values", "its shape [3, 2, 2]");
        assertDamaged(idx(UNSIGNED, 8, -1, 2, 2), "dimension 0 is 4294967295");
        assertDamaged(idx(UNSIGNED, 8, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE), "no more than 8");
        assertDamaged(idx(UNSIGNED, 1, 2_000_000_000), "no more than 1 "); // without two gigabytes for the rest
        assertDamaged(idx(UNSIGNED, 1), "0 dimensions");
        assertDamaged(idx(UNSIGNED, 1, 1, 1, 1, 1, 1), "5 dimensions");
    }

    @Test
    void zippedDataHaveTheSizeThatTheirHeaderSays() throws IOException {
        assertDamaged(gzip(idx(UNSIGNED, 13, 3, 2, 2)), "more bytes follow than the 12");
        assertDamaged(gzip(idx(UNSIGNED, 11, 3, 2, 2)), "only 11 values follow", "12", "[3, 2, 2]");
        assertDamaged(gzip(idx(UNSIGNED, 8, 1 << 16, 1 << 15, 1)), "no more than", "[65536, 32768, 1]");
        byte[] bomb = gzip(idx(UNSIGNED, 1 << 24, 16, 2, 2)); // what follows the 64 values is not read
        long before = allocated();
        assertDamaged(bomb, "more bytes follow than the 64");
        assertTrue(allocated() - before < 4 << 20, () -> "took " + (allocated() - before) + " bytes");
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    /** Without a byte on the disk: it is sparse. */
    @Test
    void moreThanJavasMemoryIsRefusedBeforeItIsRead() throws IOException {
        long images = Runtime.getRuntime().maxMemory() / (1 << 20) + 1;
        RawFiles.write(file, idx(UNSIGNED, 0, (int) images, 1 << 10, 1 << 10));
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(16 + (images << 20));
        }
        assertRefused(() -> IdxFile.read(file), file, "MiB", "three quarters of Java's memory", "-Xmx");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void pipesAreNotWaitedFor() throws Exception {
        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
        assertTimeoutPreemptively(Duration.ofSeconds(10),
                () -> assertRefused(() -> IdxFile.read(file), file, "it is a pipe"));
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
        assertArrayEquals(new byte[] {0, (byte) 255}, read.images().get(0));
        assertArrayEquals(new byte[] {51, 102}, read.images().get(1));
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
        write("train-labels-idx1-ubyte", idx(UNSIGNED, 0, 0));
        write("train-images-idx3-ubyte", idx(UNSIGNED, 0, 0, 2, 2));
        assertRefused(() -> LabelledImages.read(folder, "train"), "train-images-idx3-ubyte", "[0, 2, 2]", "at least 1");
    }

    /** Some data sets have a dot before "idx", which their archives lost. */
    @Test
    void namesWithADotAreTheSame() throws IOException {
        write("train-images.idx3-ubyte.gz", gzip(idx(UNSIGNED, 12, 3, 2, 2)));
        assertRefused(() -> LabelledImages.files(folder, "train"), "train-labels-idx1-ubyte", "train-labels.idx1-ubyte.gz");
        write("train-labels.idx1-ubyte", idx(UNSIGNED, 3, 3));
        assertEquals(List.of(folder.resolve("train-images.idx3-ubyte.gz"), folder.resolve("train-labels.idx1-ubyte")),
                LabelledImages.files(folder, "train"));
        assertArrayEquals(new int[] {0, 1, 2}, LabelledImages.read(folder, "train").labels());
        assertEquals(List.of(), LabelledImages.files(folder, "t10k"));
        write("train-images-idx3-ubyte", idx(UNSIGNED, 3, 3, 1, 1)); // the usual one comes first
        assertEquals(1, LabelledImages.read(folder, "train").height());
    }

    @Test
    void paddingIsBlack() {
        LabelledImages images = new LabelledImages(1, 2, List.of(new byte[] {1, 2}, new byte[] {3, 4}), new int[] {7, 3});
        assertSame(images, images.padded(0));
        LabelledImages framed = images.padded(1);
        assertEquals(3, framed.height());
        assertEquals(4, framed.width());
        assertArrayEquals(new int[] {7, 3}, framed.labels());
        assertArrayEquals(new byte[] {0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0}, framed.images().get(0));
        assertArrayEquals(new byte[] {0, 0, 0, 0, 0, 3, 4, 0, 0, 0, 0, 0}, framed.images().get(1));
        assertThrows(IllegalArgumentException.class, () -> images.padded(-1));
        assertThrows(IllegalArgumentException.class, () -> new LabelledImages(2, 2, images.images(), new int[] {7, 3}));
    }
}
