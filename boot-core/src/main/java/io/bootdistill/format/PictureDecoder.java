package io.bootdistill.format;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.internal.file.Quoted;
import io.bootdistill.internal.file.RegularFiles;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/**
 * Decodes PNG and JPEG files; which of them one is, its first bytes say, not its name. The size that it declares is looked at
 * before memory is taken for its pixels.
 */
final class PictureDecoder {

    /** Of a picture at most: 8192×8192. */
    static final long MOST_PIXELS = 1L << 26;

    /** Pixels of all scans of a JPEG file at most: seconds. */
    private static final long MOST_SCANNED = 32 * MOST_PIXELS;

    private static final int MOST_SCANS = 500;

    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};

    private PictureDecoder() {}

    /**
     * Decodes a file.
     *
     * @param source begins each message, before the file's name
     * @param way what to do, the end of each message
     * @throws ModelFormatException if it is no regular file, no picture, damaged, or too large
     */
    static BufferedImage read(Path file, String source, String way) {
        try {
            RegularFiles.open(file).close(); // a pipe would be waited for
            try (ImageInputStream in = new FileImageInputStream(file.toFile())) {
                return read(in, file);
            }
        } catch (ModelFormatException e) {
            throw new ModelFormatException(source + e.getMessage() + way, e);
        } catch (IOException e) {
            throw new ModelFormatException(source + unreadable(file, AtomicFiles.reason(e)) + way, e);
        } catch (RuntimeException e) { // whatever a damaged file makes of a decoder
            throw new ModelFormatException(source + unreadable(file, e.toString()) + way, e);
        }
    }

    private static String unreadable(Path file, String why) {
        return "cannot read " + file + " as a picture (" + Quoted.of(why) + ")";
    }

    private static BufferedImage read(ImageInputStream in, Path file) throws IOException {
        byte[] head = new byte[PNG.length];
        int length = Math.max(0, in.read(head));
        in.seek(0);
        boolean isPng = length == PNG.length && Arrays.equals(head, PNG);
        boolean isJpeg = length >= JPEG.length && Arrays.equals(Arrays.copyOf(head, JPEG.length), JPEG);
        if (!isPng && !isJpeg) {
            throw new ModelFormatException(file + " is no PNG or JPEG file");
        }
        ImageReader reader = ImageIO.getImageReadersByFormatName(isPng ? "png" : "jpeg").next();
        try {
            reader.setInput(in, true, true);
            // a block of 64 pixels takes a bit or more of a JPEG file: counted by the byte, its pixels are below the bound, too
            requireSize(file, reader.getWidth(0), reader.getHeight(0),
                    isPng ? reader.getRawImageType(0).getColorModel().getPixelSize() : Byte.SIZE, in.length());
            if (isJpeg) {
                requireScans(file, reader.getWidth(0), reader.getHeight(0));
            }
            List<String> warnings = new ArrayList<>();
            reader.addIIOReadWarningListener((from, warning) -> warnings.add(warning));
            BufferedImage image = reader.read(0);
            warnings.stream().filter(PictureDecoder::isDamage).findFirst().ifPresent(warning -> {
                throw new ModelFormatException(unreadable(file, warning));
            });
            return image;
        } finally {
            reader.dispose();
        }
    }

    private static void requireSize(Path file, int width, int height, int bits, long bytes) {
        long pixels = (long) width * height;
        String size = file + " is " + width + "×" + height + " pixels";
        if (pixels > MOST_PIXELS) {
            throw new ModelFormatException(size + ", must have at most " + MOST_PIXELS + " of them");
        }
        if (pixels * bits / Byte.SIZE > Bounds.DEFLATE * bytes) {
            throw new ModelFormatException(size + ", more than its " + bytes + " bytes can hold: it is damaged");
        }
    }

    private static void requireScans(Path file, int width, int height) throws IOException {
        long most = Math.min(MOST_SCANS, MOST_SCANNED / ((long) width * height));
        int scans = JpegScans.count(file);
        if (scans > most) {
            throw new ModelFormatException(file + " has " + scans + " scans, must have at most " + most + " for its " + width + "×"
                    + height + " pixels");
        }
    }

    /** The decoder of JPEG goes on where pixels are missing, and makes them up; the marker at the end alone may lack. */
    private static boolean isDamage(String warning) {
        return warning.startsWith("Truncated") && !warning.contains("EOI") || warning.startsWith("Premature")
                || warning.startsWith("Corrupt") && !warning.contains("extraneous");
    }
}
