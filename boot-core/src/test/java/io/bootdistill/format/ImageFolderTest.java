package io.bootdistill.format;

import static io.bootdistill.format.RawFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("fast")
class ImageFolderTest {

    @TempDir
    Path folder;

    /** Two pixels beside each other. */
    private void write(String name, int type, int left, int right) throws IOException {
        BufferedImage image = new BufferedImage(2, 1, type);
        if (type == BufferedImage.TYPE_INT_RGB || type == BufferedImage.TYPE_INT_ARGB) {
            image.setRGB(0, 0, left);
            image.setRGB(1, 0, right);
        } else {
            image.getRaster().setSample(0, 0, 0, left);
            image.getRaster().setSample(1, 0, 0, right);
        }
        Images.writePng(folder.resolve(name), image);
    }

    @Test
    void greyOfEveryDepthKeepsItsValues() throws IOException {
        write("a.png", BufferedImage.TYPE_BYTE_GRAY, 10, 200);
        write("b.PNG", BufferedImage.TYPE_USHORT_GRAY, 100 * 257, 65_535);
        write("c.png", BufferedImage.TYPE_BYTE_BINARY, 0, 1);
        write("d.png", BufferedImage.TYPE_INT_RGB, 0x0a0a0a, 0xc8c8c8);
        write("e.png", BufferedImage.TYPE_INT_ARGB, 0xff0b0b0b, 0xffc9c9c9);
        Files.writeString(folder.resolve("readme.txt"), "not an image");
        ImageFolder read = ImageFolder.read(folder);
        assertEquals(1, read.channels());
        assertEquals(1, read.height());
        assertEquals(2, read.width());
        assertArrayEquals(bytes(10, 200, 100, 255, 0, 255, 10, 200, 11, 201), joined(read));
        assertNull(read.labels());
        assertEquals(List.of(), read.classes());
    }

    @Test
    void colourIsThreePlanes() throws IOException {
        write("a.png", BufferedImage.TYPE_BYTE_GRAY, 7, 8);
        write("b.png", BufferedImage.TYPE_INT_RGB, 0x010203, 0xfdfeff);
        ImageFolder read = ImageFolder.read(folder);
        assertEquals(3, read.channels());
        assertArrayEquals(bytes(7, 8, 7, 8, 7, 8, 1, 253, 2, 254, 3, 255), joined(read));
    }

    @Test
    void filesAreReadInTheOrderInWhichTheyAreGiven() throws IOException {
        write("a.png", BufferedImage.TYPE_BYTE_GRAY, 7, 8);
        write("b.png", BufferedImage.TYPE_BYTE_GRAY, 1, 2);
        ImageFolder read = ImageFolder.read(List.of(folder.resolve("b.png"), folder.resolve("a.png")));
        assertArrayEquals(bytes(1, 2, 7, 8), joined(read));
        assertNull(read.labels());
        assertThrows(IllegalArgumentException.class, () -> ImageFolder.read(List.of()));
    }

    @Test
    void subfoldersAreClasses() throws IOException {
        Files.createDirectories(folder.resolve("empty"));
        write("dog/b.png", BufferedImage.TYPE_BYTE_GRAY, 3, 3);
        write("dog/a.png", BufferedImage.TYPE_BYTE_GRAY, 2, 2);
        write("cat/z.png", BufferedImage.TYPE_BYTE_GRAY, 1, 1);
        ImageFolder read = ImageFolder.read(folder);
        assertEquals(List.of("cat", "dog"), read.classes());
        assertArrayEquals(new int[] {0, 1, 1}, read.labels());
        assertArrayEquals(bytes(1, 1, 2, 2, 3, 3), joined(read));
        write("stray.png", BufferedImage.TYPE_BYTE_GRAY, 1, 1);
        assertRefused(() -> ImageFolder.read(folder), folder, "cat", "or none");
    }

    /** Labels must not shift where some of the pictures are of the other kind. */
    @Test
    void jpegFilesAreRead() throws IOException {
        write("dog/a.png", BufferedImage.TYPE_BYTE_GRAY, 2, 2);
        write("cat/z.png", BufferedImage.TYPE_BYTE_GRAY, 1, 1);
        for (String name : new String[] {"ant/1.jpg", "cat/2.JPG", "dog/3.jpeg"}) {
            Files.createDirectories(folder.resolve(name).getParent());
            BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
            image.getRaster().setPixels(0, 0, 2, 1, new int[] {90, 90});
            ImageIO.write(image, "jpeg", folder.resolve(name).toFile());
        }
        ImageFolder read = ImageFolder.read(folder);
        assertEquals(List.of("ant", "cat", "dog"), read.classes());
        assertArrayEquals(new int[] {0, 1, 1, 2, 2}, read.labels());
        assertArrayEquals(bytes(90, 90, 90, 90, 1, 1, 90, 90, 2, 2), joined(read));
        assertEquals(List.of(), read.leftOut());
    }

    @Test
    void whatIsLeftOutIsCounted() throws IOException {
        write("dog/a.png", BufferedImage.TYPE_BYTE_GRAY, 2, 2);
        write("cat/z.png", BufferedImage.TYPE_BYTE_GRAY, 1, 1);
        write("cat/clear.png", BufferedImage.TYPE_INT_ARGB, 0x80010101, 0xff010101);
        write("cat/opaque.png", BufferedImage.TYPE_INT_ARGB, 0xff010101, 0xff010101);
        write("dog/more/b.png", BufferedImage.TYPE_BYTE_GRAY, 3, 3);
        write(".thumbnails/a.png", BufferedImage.TYPE_BYTE_GRAY, 3, 3);
        write("@eaDir/a.png", BufferedImage.TYPE_BYTE_GRAY, 3, 3);
        write("__MACOSX/a.png", BufferedImage.TYPE_BYTE_GRAY, 3, 3);
        Files.writeString(folder.resolve("cat/._z.png"), "resources of macOS");
        Files.createDirectories(folder.resolve("ant"));
        Files.writeString(folder.resolve("ant/a.webp"), "no class");
        Files.writeString(folder.resolve("readme.txt"), "not an image");
        ImageFolder read = ImageFolder.read(folder);
        assertEquals(List.of("cat", "dog"), read.classes());
        assertArrayEquals(new int[] {0, 0, 0, 1}, read.labels());
        assertEquals(List.of(
                "4 hidden files or folders (first: .thumbnails)",
                "2 files that are no PNG or JPEG (first: readme.txt)",
                "1 folder without pictures of its own (ant)",
                "1 folder within that of a class (dog/more)",
                "the transparency of 1 picture (cat/clear.png)"), read.leftOut());
    }

    @Test
    void partsOfADataSetAreNoClasses() throws IOException {
        write("Test/a.png", BufferedImage.TYPE_BYTE_GRAY, 2, 2);
        write("train/a.png", BufferedImage.TYPE_BYTE_GRAY, 1, 1);
        write(".cache/a.png", BufferedImage.TYPE_BYTE_GRAY, 1, 1);
        assertRefused(() -> ImageFolder.read(folder), folder, "Test, train", "give " + folder.resolve("train"));
        Files.delete(folder.resolve("train/a.png"));
        write("train/cat/a.png", BufferedImage.TYPE_BYTE_GRAY, 1, 1);
        assertRefused(() -> ImageFolder.read(folder), folder, "Test, train", "give " + folder.resolve("train"));
        assertEquals(List.of("cat"), ImageFolder.read(folder.resolve("train")).classes());
        write("plane/a.png", BufferedImage.TYPE_BYTE_GRAY, 1, 1); // among others, they are classes
        write("train/a.png", BufferedImage.TYPE_BYTE_GRAY, 1, 1);
        assertEquals(List.of("Test", "plane", "train"), ImageFolder.read(folder).classes());
    }

    @Test
    void whatCannotBeReadIsNamed() throws IOException {
        assertRefused(() -> ImageFolder.read(folder), folder, "no PNG or JPEG files");
        assertRefused(() -> ImageFolder.read(folder.resolve("none")), "none", "does not exist");
        write("a.png", BufferedImage.TYPE_BYTE_GRAY, 1, 1);
        assertRefused(() -> ImageFolder.read(folder.resolve("a.png")), "a.png", "is a file");
        Images.writePng(folder.resolve("b.png"), new BufferedImage(3, 1, BufferedImage.TYPE_INT_RGB));
        assertRefused(() -> ImageFolder.read(folder), "b.png", "3×1", "a.png", "2×1");
        Files.writeString(folder.resolve("b.png"), "text");
        assertRefused(() -> ImageFolder.read(folder), "b.png", "no PNG or JPEG file");
        byte[] whole = Files.readAllBytes(folder.resolve("a.png"));
        for (int length = 8; length <= whole.length / 2; length++) { // what ends behind the pixels, Java reads
            Files.write(folder.resolve("b.png"), Arrays.copyOf(whole, length));
            assertRefused(() -> ImageFolder.read(folder), "b.png");
        }
    }

    /** Only the first of so many is decoded. */
    @Test
    void moreThanJavasMemoryIsRefusedBeforeItIsRead() throws IOException {
        Path file = folder.resolve("a.png");
        Images.writePng(file, new BufferedImage(4096, 4096, BufferedImage.TYPE_BYTE_BINARY));
        int count = (int) (Runtime.getRuntime().maxMemory() >> 24) + 1;
        assertRefused(() -> ImageFolder.read(Collections.nCopies(count, file)), folder, "MiB", "three quarters", "-Xmx");
    }

    private static byte[] joined(ImageFolder read) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        read.images().forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
