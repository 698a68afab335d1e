package io.bootdistill.format;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.internal.file.ListCheck;
import io.bootdistill.internal.file.RegularFiles;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
 * @param entries the unsigned bytes, an array for each index of the first dimension; where there is no other, a single array with
 *     all of them; none where there are no values
 */
public record IdxFile(int[] shape, List<byte[]> entries) {

    private static final int UNSIGNED_BYTE = 0x08;
    private static final int GZIP_MAGIC = 0x1f8b;
    private static final int BUFFER = 1 << 16;
    private static final int MOST_DIMENSIONS = 4;

    /** Bytes of an array without its values, and of what refers to it. */
    private static final int ARRAY = 24;

    /** Values a JVM can put into one array. */
    private static final int MOST_VALUES = Integer.MAX_VALUE - 8;

    /** Checks that there are both, and copies the list. */
    public IdxFile {
        Objects.requireNonNull(shape, "shape is missing");
        entries = ListCheck.copy("entries", entries);
    }

    /**
     * Reads a file.
     *
     * @throws ModelFormatException if it cannot be read, is no IDX file of unsigned bytes whose every byte is accounted for, or
     *     Java's memory does not hold it
     */
    public static IdxFile read(Path file) {
        try (FileChannel channel = RegularFiles.open(Objects.requireNonNull(file, "file is missing"));
                InputStream raw = new BufferedInputStream(Channels.newInputStream(channel), BUFFER)) {
            raw.mark(2);
            int magic = raw.read() << 8 | raw.read();
            raw.reset();
            boolean isZipped = magic == GZIP_MAGIC;
            try (InputStream in = isZipped ? new GZIPInputStream(raw, BUFFER) : raw) {
                int[] shape = readShape(in, file);
                int header = 4 + 4 * shape.length;
                return new IdxFile(shape, readEntries(in, shape,
                        isZipped ? Bounds.DEFLATE * channel.size() - header : channel.size() - header, file));
            }
        } catch (EOFException | ZipException e) {
            throw damaged(file, "its compressed data are cut off or corrupt", e);
        } catch (IOException e) {
            throw new ModelFormatException("cannot read " + file + ": " + AtomicFiles.reason(e), e);
        }
    }

    private static int[] readShape(InputStream in, Path file) throws IOException {
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
        }
        return shape;
    }

    /** @param most values that the file can hold */
    private static List<byte[]> readEntries(InputStream in, int[] shape, long most, Path file) throws IOException {
        String of = " its shape " + Arrays.toString(shape) + " has";
        long count = 1;
        for (int size : shape) {
            count = size > 0 && count > Long.MAX_VALUE / size ? Long.MAX_VALUE : count * size;
        }
        if (count > most) {
            throw damaged(file, "it can hold no more than " + most + " values, fewer than" + of, null);
        }
        int entries = count == 0 ? 0 : shape.length == 1 ? 1 : shape[0];
        long each = entries == 0 ? 0 : count / entries;
        Bounds.requireHeap(file, count + each + (long) ARRAY * entries); // one is copied while it grows
        if (each > MOST_VALUES) {
            throw new ModelFormatException(file + ":" + of + " more than " + MOST_VALUES + " values in an entry");
        }
        List<byte[]> read = new ArrayList<>(); // grows with what is there, not with what is claimed, as do its arrays
        for (int i = 0; i < entries; i++) {
            byte[] entry = in.readNBytes((int) each);
            if (entry.length < each) {
                throw damaged(file, "only " + (i * each + entry.length) + " values follow, fewer than the " + count
                        + of, null);
            }
            read.add(entry);
        }
        if (in.read() >= 0) {
            throw damaged(file, "more bytes follow than the " + count + of, null);
        }
        return List.copyOf(read);
    }

    private static ModelFormatException damaged(Path file, String what, @Nullable IOException cause) {
        return new ModelFormatException(file + " is damaged or no IDX file: " + what + "; get it again", cause);
    }
}
