package io.bootdistill.format;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.SafetensorsHeader.Entry;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.internal.file.CloseNames;
import io.bootdistill.internal.file.Quoted;
import io.bootdistill.internal.file.RegularFiles;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A safetensors file, opened for reading. The whole header is checked on opening: lengths, dtypes, shapes, offsets, repeated
 * names, overlaps, holes and trailing bytes.
 *
 * <p>The file may be of any size. It is read in pieces, not mapped: where another process shortens a mapped file, the JVM
 * reports it as an error at some later place, if at all. Thread-safe.
 */
public final class SafetensorsFile implements TensorSource, AutoCloseable {

    /** Small enough to stay in the processor's cache from the reading to the conversion. */
    private static final int BUFFER_BYTES = 1 << 18;

    private final Path file;
    private final Map<String, Entry> entries;
    private final Map<String, String> metadata;
    private final long dataStart;
    private final FileChannel channel;

    /** Those that no reader uses just now: as many as there have been readers at a time. */
    private final Queue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();

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
        FileChannel channel = RegularFiles.open(Objects.requireNonNull(file, "file is missing"));
        try {
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
        Objects.requireNonNull(name, "name is missing");
        return file;
    }

    @Override
    public void read(String name, long first, FloatBuffer into) {
        Objects.requireNonNull(into, "into is missing");
        DType dtype = entry(name).dtype();
        forEachRun(entry(name), first, into.remaining(), (bytes, count) -> dtype.convert(bytes, count, into));
    }

    /**
     * Reads bytes of a tensor as they stand in the file, from byte {@code first} of it on, until a buffer is full.
     *
     * @throws IndexOutOfBoundsException if the tensor has not so many
     */
    public void readBytes(String name, long first, ByteBuffer into) {
        Objects.requireNonNull(into, "into is missing");
        Entry entry = entry(name);
        Objects.checkFromIndexSize(first, into.remaining(), entry.end() - entry.begin());
        fill(entry, first, into);
    }

    /** A tensor as float64: exact, but for 64-bit integers beyond 2^53. */
    public double[] doubles(String name) {
        DoubleBuffer values = DoubleBuffer.allocate(length(name));
        DType dtype = entry(name).dtype();
        forEachRun(entry(name), 0, values.capacity(), (bytes, count) -> {
            for (int i = 0; i < count; i++) {
                values.put(dtype.valueAt(bytes, i * dtype.bytes()));
            }
        });
        return values.array();
    }

    /** Closes the file; reading afterwards is an {@link IllegalStateException}. */
    @Override
    public void close() {
        close(channel, file);
    }

    /** Receives elements that lie one behind the other from the start of {@code bytes}, after those it has got. */
    private interface Run {
        void accept(ByteBuffer bytes, int count);
    }

    private void forEachRun(Entry entry, long first, int length, Run run) {
        int elementBytes = entry.dtype().bytes();
        Objects.checkFromIndexSize(first, length, (entry.end() - entry.begin()) / elementBytes);
        ByteBuffer spare = buffers.poll();
        ByteBuffer bytes = spare != null ? spare : ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int done = 0; done < length; ) {
            int count = Math.min(length - done, BUFFER_BYTES / elementBytes);
            fill(entry, (first + done) * elementBytes, bytes.clear().limit(count * elementBytes));
            run.accept(bytes.flip(), count);
            done += count;
        }
        buffers.add(bytes);
    }

    private void fill(Entry entry, long first, ByteBuffer bytes) {
        if (!channel.isOpen()) {
            throw new IllegalStateException(file + " has been closed");
        }
        try {
            SafetensorsHeader.readFully(channel, dataStart + entry.begin() + first, bytes);
        } catch (EOFException e) {
            throw new ModelFormatException(file + ": tensor " + Quoted.of(entry.name())
                    + " cannot be read: the file became shorter while it was open; copy or export it again", e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static void close(FileChannel channel, Path file) {
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
        Entry entry = entries.get(Objects.requireNonNull(name, "name is missing"));
        if (entry == null) {
            throw new ModelFormatException(file + " has no tensor " + Quoted.of(name) + "; " + CloseNames.hint(name,
                    entries.keySet()));
        }
        return entry;
    }
}
