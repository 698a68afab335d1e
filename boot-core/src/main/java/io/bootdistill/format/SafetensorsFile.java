package io.bootdistill.format;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.SafetensorsHeader.Entry;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.internal.file.CloseNames;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A safetensors file, opened for reading. The whole header is checked on opening: lengths, dtypes, shapes, offsets, repeated
 * names, overlaps, holes and trailing bytes.
 *
 * <p>The file may be of any size. It is read in pieces, not mapped: where another process shortens a mapped file, the JVM
 * reports it as an error at some later place, if at all. Thread-safe.
 */
public final class SafetensorsFile implements TensorSource, AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 20;

    private final Path file;
    private final Map<String, Entry> entries;
    private final Map<String, String> metadata;
    private final long dataStart;
    private final FileChannel channel;

    private SafetensorsFile(Path file, SafetensorsHeader header, FileChannel channel) {
        this.file = file;
        this.entries = Collections.unmodifiableMap(header.tensors());
        this.metadata = Collections.unmodifiableMap(header.metadata());
        this.dataStart = header.dataStart();
        this.channel = channel;
    }

    /**
     * Opens a file.
     *
     * @throws ModelFormatException if it cannot be read or is not a safetensors file whose every byte is accounted for
     */
    public static SafetensorsFile open(Path file) {
        if (Files.isDirectory(file)) {
            throw new ModelFormatException(file + " is a folder; give a file in it");
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
            return new SafetensorsFile(file, SafetensorsHeader.read(channel, file), channel);
        } catch (IOException e) {
            close(channel, file);
            throw unreadable(file, e);
        } catch (RuntimeException | Error e) {
            close(channel, file);
            throw e;
        }
    }

    @Override
    public Set<String> names() {
        return entries.keySet();
    }

    /** The texts of {@code __metadata__}; empty where there are none. */
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public int[] shape(String name) {
        return entry(name).shape().clone();
    }

    @Override
    public DType dtype(String name) {
        return entry(name).dtype();
    }

    @Override
    public Path file(String name) {
        return file;
    }

    @Override
    public void read(String name, float[] into, int offset) {
        read(name, 0, length(name), into, offset);
    }

    /**
     * Reads elements {@code first … first + length} of a tensor, which may be larger than an array, as {@link
     * #read(String, float[], int)} does.
     *
     * @throws IndexOutOfBoundsException if they do not lie in the tensor, or their place not in the array
     */
    public void read(String name, long first, int length, float[] into, int offset) {
        Entry entry = entry(name);
        DType dtype = entry.dtype();
        Objects.checkFromIndexSize(first, length, (entry.end() - entry.begin()) / dtype.bytes());
        Objects.checkFromIndexSize(offset, length, into.length);
        forEachRun(entry, first, length, (bytes, done, count) -> {
            if (dtype == DType.F32) {
                bytes.asFloatBuffer().get(into, offset + done, count);
                return;
            }
            for (int i = 0; i < count; i++) {
                into[offset + done + i] = (float) dtype.valueAt(bytes, i * dtype.bytes());
            }
        });
    }

    /** A tensor as float64: exact, but for 64-bit integers beyond 2^53. */
    public double[] doubles(String name) {
        Entry entry = entry(name);
        double[] values = new double[length(name)];
        DType dtype = entry.dtype();
        forEachRun(entry, 0, values.length, (bytes, done, count) -> {
            for (int i = 0; i < count; i++) {
                values[done + i] = dtype.valueAt(bytes, i * dtype.bytes());
            }
        });
        return values;
    }

    /** Closes the file; reading afterwards is an {@link IllegalStateException}. */
    @Override
    public void close() {
        close(channel, file);
    }

    /** Receives elements that lie one behind the other from the start of {@code bytes}, after those it has got. */
    private interface Run {
        void accept(ByteBuffer bytes, int done, int count);
    }

    private void forEachRun(Entry entry, long first, int length, Run run) {
        if (!channel.isOpen()) {
            throw new IllegalStateException(file + " has been closed");
        }
        int elementBytes = entry.dtype().bytes();
        int most = Math.min(length, BUFFER_BYTES / elementBytes);
        ByteBuffer buffer = ByteBuffer.allocate(most * elementBytes).order(ByteOrder.LITTLE_ENDIAN);
        int done = 0;
        while (done < length) {
            int count = Math.min(length - done, most);
            buffer.clear().limit(count * elementBytes);
            try {
                SafetensorsHeader.readFully(channel, dataStart + entry.begin() + (first + done) * elementBytes, buffer);
            } catch (EOFException e) {
                throw new ModelFormatException(file + ": tensor " + entry.name()
                        + " cannot be read: the file became shorter while it was open; copy or export it again", e);
            } catch (IOException e) {
                throw unreadable(file, e);
            }
            run.accept(buffer.flip(), done, count);
            done += count;
        }
    }

    private static void close(@Nullable FileChannel channel, Path file) {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static ModelFormatException unreadable(Path file, IOException e) {
        return new ModelFormatException("cannot read " + file + ": " + AtomicFiles.reason(e), e);
    }

    private Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new ModelFormatException(file + " has no tensor " + name + "; " + CloseNames.hint(name, entries.keySet()));
        }
        return entry;
    }
}
