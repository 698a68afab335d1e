package io.bootdistill.format;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.AtomicFiles;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * A file in the IDX format of MNIST and its kin, plain or gzipped: images [count][height][width], labels [count]. Of the
 * format's element types, unsigned bytes alone are read.
 *
 * <p>Layout, big-endian: two zero bytes, the type, the number of dimensions, an int for each, then the values, to the end.
 *
 * @param shape sizes of the dimensions, each at least 0
 * @param values the unsigned bytes, as many as the product of the shape
 */
public record IdxFile(int[] shape, byte[] values) {

    private static final int UNSIGNED_BYTE = 0x08;
    private static final int GZIP_MAGIC = 0x1f8b;
    private static final int MOST_DIMENSIONS = 4;

    /** Values a JVM can put into one array. */
    private static final int MOST_VALUES = Integer.MAX_VALUE - 8;

    /** Checks that there are both. */
    public IdxFile {
        Objects.requireNonNull(shape, "shape is missing");
        Objects.requireNonNull(values, "values is missing");
    }

    /**
     * Reads a file.
     *
     * @throws ModelFormatException if it cannot be read or is no IDX file of unsigned bytes whose every byte is accounted for
     */
    public static IdxFile read(Path file) {
        if (Files.isDirectory(Objects.requireNonNull(file, "file is missing"))) {
            throw new ModelFormatException(file + " is a folder; give a file in it");
        }
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file)); InputStream in = unzipped(raw)) {
            return read(in, file);
        } catch (EOFException | ZipException e) {
            throw damaged(file, "its compressed data are cut off or corrupt", e);
        } catch (IOException e) {
            throw new ModelFormatException("cannot read " + file + ": " + AtomicFiles.reason(e), e);
        }
    }

    private static InputStream unzipped(InputStream raw) throws IOException {
        raw.mark(2);
        int magic = raw.read() << 8 | raw.read();
        raw.reset();
        return magic == GZIP_MAGIC ? new GZIPInputStream(raw) : raw;
    }

    private static IdxFile read(InputStream in, Path file) throws IOException {
        byte[] magic = in.readNBytes(4);
        if (magic.length < 4 || magic[0] != 0 || magic[1] != 0) {
            throw damaged(file, "it does not begin with two zero bytes, a type and a number of dimensions", null);
        }
        if (magic[2] != UNSIGNED_BYTE) {
            throw new ModelFormatException(file + ": IDX element type 0x" + Integer.toHexString(magic[2] & 0xff)
                    + " is not supported, only 0x8, unsigned bytes");
        }
        if (magic[3] < 1 || magic[3] > MOST_DIMENSIONS) {
            throw damaged(file, "it claims " + (magic[3] & 0xff) + " dimensions; must be 1 … " + MOST_DIMENSIONS, null);
        }
        int[] shape = new int[magic[3]];
        long count = 1;
        for (int i = 0; i < shape.length; i++) {
            byte[] size = in.readNBytes(4);
            if (size.length < 4) {
                throw damaged(file, "it ends within its header", null);
            }
            shape[i] = (size[0] & 0xff) << 24 | (size[1] & 0xff) << 16 | (size[2] & 0xff) << 8 | size[3] & 0xff;
            if (shape[i] < 0) {
                throw damaged(
                        file, "dimension " + i + " is " + Integer.toUnsignedString(shape[i]) + ", more than 2147483647", null);
            }
            count = Math.min(count * shape[i], 1L << 31); // no overflow: both factors are below 2^32
        }
        if (count > MOST_VALUES) {
            throw damaged(file, "its shape " + Arrays.toString(shape) + " has more than " + MOST_VALUES + " values", null);
        }
        byte[] values = in.readNBytes((int) count); // grows with what is there, not with what is claimed
        if (values.length < count) {
            throw damaged(file, "its shape " + Arrays.toString(shape) + " needs " + count + " values, but only "
                    + values.length + " follow", null);
        }
        if (in.read() >= 0) {
            throw damaged(file, "more bytes follow than the " + count + " of its shape " + Arrays.toString(shape), null);
        }
        return new IdxFile(shape, values);
    }

    private static ModelFormatException damaged(Path file, String what, @Nullable IOException cause) {
        return new ModelFormatException(file + " is damaged or no IDX file: " + what + "; get it again", cause);
    }
}
