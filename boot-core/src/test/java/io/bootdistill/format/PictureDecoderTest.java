package io.bootdistill.format;

import static io.bootdistill.format.RawFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.bootdistill.error.ModelFormatException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Pictures that are damaged, or lie, or are none. */
@Tag("fast")
class PictureDecoderTest {

    private static final int DAMAGED = 500;

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("a.png");
    }

    private BufferedImage read() {
        return PictureDecoder.read(file, "line 7: ", "; replace it");
    }

    private void assertNotRead(Object... words) {
        long before = allocated();
        String message = assertTimeoutPreemptively(Duration.ofSeconds(10),
                () -> assertRefused(this::read, "line 7: ", file, "; replace it")).getMessage();
        assertRefused(this::read, words);
        long taken = allocated() - before;
        assertTrue(taken < 4 << 20, () -> "took " + taken + " bytes");
        assertTrue(message.length() < 400, message);
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    /** A picture of zeros that is cut off after so many bytes of them. */
    private static byte[] png(int width, int height, int depth, int colours, long zeros) throws IOException {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        try (OutputStream out = new DeflaterOutputStream(data, new Deflater(9))) {
            byte[] piece = new byte[1 << 16];
            for (long left = zeros; left > 0; left -= piece.length) {
                out.write(piece, 0, (int) Math.min(left, piece.length));
            }
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        file.writeBytes(chunk("IHDR", ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) depth).put((byte) colours)
                .array()));
        file.writeBytes(chunk("IDAT", data.toByteArray()));
        file.writeBytes(chunk("IEND", new byte[0]));
        return file.toByteArray();
    }

    private static byte[] chunk(String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 sum = new CRC32();
        sum.update(name);
        sum.update(data);
        return ByteBuffer.allocate(12 + data.length).putInt(data.length).put(name).put(data).putInt((int) sum.getValue()).array();
    }

    @Test
    void picturesThatAreTooLargeAreRefusedBeforeTheyAreDecoded() throws IOException {
        Files.write(file, png(30_000, 30_000, 1, 0, 1 << 20));
        assertNotRead("is 30000×30000 pixels", "at most 67108864");
        Files.write(file, png(Integer.MAX_VALUE, Integer.MAX_VALUE, 8, 2, 1 << 20));
        assertNotRead("is 2147483647×2147483647 pixels", "at most 67108864");
    }

    @Test
    void noMemoryIsTakenForWhatAFileCannotHold() throws IOException {
        Files.write(file, png(8192, 8192, 16, 6, 1 << 20)); // would take 512 MiB
        assertNotRead("is 8192×8192 pixels", "bytes can hold", "damaged");
        ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY), "jpeg", jpeg);
        byte[] bytes = jpeg.toByteArray();
        int size = indexOf(bytes, (byte) 0xff, (byte) 0xc0) + 5;
        ByteBuffer.wrap(bytes).putShort(size, (short) 8000).putShort(size + 2, (short) 8000);
        Files.write(file, bytes);
        assertNotRead("is 8000×8000 pixels", "bytes can hold", "damaged");
    }

    /** Deflated as tightly as can be. */
    @Test
    void whatAFileCanHoldIsRead() throws IOException {
        Files.write(file, png(4096, 4096, 8, 0, 4096L * 4097));
        assertTrue(Files.size(file) * 1000 < 4096 * 4096);
        assertEquals(4096, read().getWidth());
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        assertNotRead("no such file");
        Files.createDirectory(file);
        assertNotRead("is a folder");
        Files.delete(file);
        Files.write(file, new byte[0]);
        assertNotRead("is no PNG or JPEG file");
        ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY), "gif", file.toFile());
        assertNotRead("is no PNG or JPEG file");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void pipesAreNotWaitedFor() throws Exception {
        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
        assertNotRead("it is a pipe");
    }

    /** A progressive file of 270 kB, whose last scan stands there another hundred times: each goes through 64 million pixels. */
    @Test
    void scansThatTakeMinutesAreRefused() throws IOException {
        byte[] bytes = progressive(8192);
        int last = bytes.length;
        while (bytes[last - 2] != (byte) 0xff || bytes[last - 1] != (byte) 0xda) {
            last--;
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.write(bytes, 0, bytes.length - 2);
        for (int i = 0; i < 100; i++) {
            file.write(bytes, last - 2, bytes.length - last);
        }
        Files.write(this.file, file.toByteArray());
        assertEquals(106, JpegScans.count(this.file));
        assertNotRead("has 106 scans, must have at most 32 for its 8192×8192 pixels");
    }

    private static byte[] progressive(int size) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam parameters = writer.getDefaultWriteParam();
        parameters.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(new BufferedImage(size, size, BufferedImage.TYPE_BYTE_GRAY), null, null), parameters);
        }
        return bytes.toByteArray();
    }

    /** The decoder makes up what is missing, and warns. */
    @Test
    void jpegFilesThatAreCutOffAreRefused() throws IOException {
        byte[] bytes = noise("jpeg");
        for (int length = 3; length < bytes.length; length += 97) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertNotRead();
        }
    }

    /** Without its pixels, a picture with a palette makes the decoder go back to where it may not: no checked failure. */
    @Test
    void unexpectedFailuresOfTheDecoderAreRefusals() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_INDEXED), "png", png);
        byte[] bytes = png.toByteArray();
        bytes[indexOf(bytes, (byte) 'A', (byte) 'T')]++;
        Files.write(file, bytes);
        assertNotRead("cannot read", "IndexOutOfBounds");
    }

    @Test
    void damagedFilesAreReadOrRefused() throws IOException {
        for (String format : new String[] {"png", "jpeg"}) {
            byte[] bytes = noise(format);
            int refused = 0;
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < DAMAGED; i++) {
                byte[] damaged = bytes.clone();
                for (int k = 0; k <= i % 3; k++) {
                    damaged[random.nextInt(i % 2 == 0 ? 200 : damaged.length)] = (byte) random.nextInt(256);
                }
                Files.write(file, damaged);
                try {
                    read();
                } catch (ModelFormatException e) {
                    refused++;
                    assertTrue(e.getMessage().contains(file.toString()) && e.getMessage().length() < 500, e.getMessage());
                }
            }
            assertTrue(refused > DAMAGED / 10, refused + " of " + format);
        }
    }

    private static byte[] noise(String format) throws IOException {
        BufferedImage image = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 1200; i++) {
            image.setRGB(i % 40, i / 40, random.nextInt(1 << 24));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, format, out);
        return out.toByteArray();
    }

    private static int indexOf(byte[] bytes, byte first, byte second) {
        int at = 0;
        while (bytes[at] != first || bytes[at + 1] != second) {
            at++;
        }
        return at;
    }
}
