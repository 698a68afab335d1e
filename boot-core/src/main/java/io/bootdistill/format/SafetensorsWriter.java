package io.bootdistill.format;

import com.google.gson.stream.JsonWriter;
import io.bootdistill.internal.file.AtomicFiles;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Collects named tensors and writes them as one safetensors file. The same calls give the same bytes: tensors stand in the
 * order in which they were added, wider element types first, so that each is aligned. Arrays and other sources are read when
 * the file is written, piece by piece, not copied. Not thread-safe.
 */
public final class SafetensorsWriter {

    private static final int BUFFER_BYTES = 1 << 20;

    /** Values of a tensor that are asked for when the file is written. */
    @FunctionalInterface
    public interface Values {

        /** Gives the elements from {@code first} on, one behind the other, until the buffer is full; asked in their order. */
        void read(long first, FloatBuffer into);
    }

    /** A tensor as its bytes, which are asked for when the file is written. */
    @FunctionalInterface
    public interface Bytes {

        /** Gives the bytes from {@code first} on until the buffer is full; asked in their order. */
        void read(long first, ByteBuffer into);
    }

    private record Tensor(String name, DType dtype, int[] shape, long bytes, Bytes content) {}

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    /** Holds nothing yet. */
    public SafetensorsWriter() {}

    /** Sets one text of {@code __metadata__}. */
    public SafetensorsWriter metadata(String key, String value) {
        metadata.put(Objects.requireNonNull(key, "key is missing"), Objects.requireNonNull(value, "value is missing"));
        return this;
    }

    /** Adds a float32 tensor that fills an array. */
    public SafetensorsWriter add(String name, int[] shape, float[] values) {
        requireLength(name, shape, Objects.requireNonNull(values, "values is missing").length);
        return add(name, shape, values, 0);
    }

    /** Adds a float32 tensor that lies in an array from {@code offset} on. */
    public SafetensorsWriter add(String name, int[] shape, float[] values, int offset) {
        Objects.checkFromIndexSize(offset, (int) Math.min(product(name, shape), Integer.MAX_VALUE),
                Objects.requireNonNull(values, "values is missing").length);
        return add(name, shape, (first, into) -> into.put(values, offset + (int) first, into.remaining()));
    }

    /** Adds a float32 tensor whose values are asked for when the file is written: it needs not to lie in memory. */
    public SafetensorsWriter add(String name, int[] shape, Values values) {
        Objects.requireNonNull(values, "values is missing");
        return addBytes(name, DType.F32, shape, (first, into) -> values.read(first / Float.BYTES, into.asFloatBuffer()));
    }

    /**
     * Adds a tensor of a floating type whose values are asked for when the file is written.
     *
     * @param values each of which the type has to hold, see {@link DType#holds}
     * @throws IllegalArgumentException if {@code dtype} is not floating
     */
    public SafetensorsWriter add(String name, DType dtype, int[] shape, Values values) {
        Objects.requireNonNull(name, "name is missing");
        Objects.requireNonNull(dtype, "dtype is missing");
        Objects.requireNonNull(shape, "shape is missing");
        Objects.requireNonNull(values, "values is missing");
        if (!dtype.isFloating()) {
            throw new IllegalArgumentException("dtype of " + name + " is " + dtype + ", must be of a floating type");
        }
        if (dtype == DType.F32) {
            return add(name, shape, values);
        }
        return addBytes(name, dtype, shape, (first, into) -> {
            FloatBuffer piece = FloatBuffer.allocate(into.remaining() / dtype.bytes());
            values.read(first / dtype.bytes(), piece);
            dtype.put(piece.flip(), into);
        });
    }

    /** Adds a float64 tensor. */
    public SafetensorsWriter addDoubles(String name, int[] shape, double[] values) {
        requireLength(name, shape, Objects.requireNonNull(values, "values is missing").length);
        return addBytes(name, DType.F64, shape, (first, into) ->
                into.asDoubleBuffer().put(values, (int) first / Double.BYTES, into.remaining() / Double.BYTES));
    }

    /** Adds a tensor of 64-bit integers. */
    public SafetensorsWriter addLongs(String name, int[] shape, long[] values) {
        requireLength(name, shape, Objects.requireNonNull(values, "values is missing").length);
        return addBytes(name, DType.I64, shape, (first, into) ->
                into.asLongBuffer().put(values, (int) first / Long.BYTES, into.remaining() / Long.BYTES));
    }

    /** Adds a tensor of any element type by its bytes, little-endian; asked for in whole elements. */
    public SafetensorsWriter addBytes(String name, DType dtype, int[] shape, Bytes content) {
        Objects.requireNonNull(name, "name is missing");
        Objects.requireNonNull(content, "content is missing");
        if (name.equals(SafetensorsHeader.METADATA)) {
            throw new IllegalArgumentException("name is " + name + ", which the format reserves");
        }
        long bytes = Math.multiplyExact(product(name, shape), Objects.requireNonNull(dtype, "dtype is missing").bytes());
        if (tensors.putIfAbsent(name, new Tensor(name, dtype, shape.clone(), bytes, content)) != null) {
            throw new IllegalArgumentException("name is " + name + ", which has been added before");
        }
        return this;
    }

    /**
     * Writes the file: beside the target first, then renamed. Missing parent folders are made.
     *
     * @throws IOException naming the target and the cause; an existing file is then untouched
     */
    public void write(Path target) throws IOException {
        AtomicFiles.writeFile(Objects.requireNonNull(target, "target is missing"), this::writeNew);
    }

    /**
     * Writes the content to a file that does not exist yet, for a write that has more to do before the file has its name.
     *
     * @throws IOException if it cannot be written; what there is of it is the caller's
     */
    public void writeNew(Path file) throws IOException {
        Objects.requireNonNull(file, "file is missing");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            writeTo(channel);
        }
    }

    private void writeTo(WritableByteChannel channel) throws IOException {
        List<Tensor> order = tensors.values().stream()
                .sorted(Comparator.comparingInt((Tensor tensor) -> -tensor.dtype().bytes())) // stable
                .toList();
        writeAll(channel, header(order));
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (Tensor tensor : order) {
            for (long first = 0; first < tensor.bytes(); first += buffer.limit()) {
                buffer.clear().limit((int) Math.min(tensor.bytes() - first, BUFFER_BYTES));
                tensor.content().read(first, buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN));
                writeAll(channel, buffer);
            }
        }
    }

    private ByteBuffer header(List<Tensor> order) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.beginObject();
            if (!metadata.isEmpty()) {
                json.name(SafetensorsHeader.METADATA).beginObject();
                for (Map.Entry<String, String> entry : metadata.entrySet()) {
                    json.name(entry.getKey()).value(entry.getValue());
                }
                json.endObject();
            }
            long end = 0;
            for (Tensor tensor : order) {
                json.name(tensor.name()).beginObject().name("dtype").value(tensor.dtype().name()).name("shape").beginArray();
                for (int size : tensor.shape()) {
                    json.value(size);
                }
                long begin = end;
                end += tensor.bytes();
                json.endArray().name("data_offsets").beginArray().value(begin).value(end).endArray().endObject();
            }
            json.endObject();
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(bytes, (bytes.length + 7) / 8 * 8);
        Arrays.fill(padded, bytes.length, padded.length, (byte) ' ');
        return ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES + padded.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded.length)
                .put(padded)
                .flip();
    }

    private static void writeAll(WritableByteChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static void requireLength(String name, int[] shape, int length) {
        if (product(name, shape) != length) {
            throw new IllegalArgumentException("values of " + name + " has length " + length + ", must be "
                    + product(name, shape) + " for shape " + Arrays.toString(shape));
        }
    }

    private static long product(String name, int[] shape) {
        Objects.requireNonNull(name, "name is missing");
        long product = 1;
        for (int size : Objects.requireNonNull(shape, "shape is missing")) {
            if (size < 0) {
                throw new IllegalArgumentException(
                        "shape of " + name + " is " + Arrays.toString(shape) + ", must not be negative");
            }
            product = Math.multiplyExact(product, size);
        }
        return product;
    }
}
