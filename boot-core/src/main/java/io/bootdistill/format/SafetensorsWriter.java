package io.bootdistill.format;

import com.google.gson.stream.JsonWriter;
import io.bootdistill.internal.file.AtomicFiles;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
 * order in which they were added, wider element types first, so that each is aligned. Arrays are read when the file is
 * written, not copied. Not thread-safe.
 */
public final class SafetensorsWriter {

    private static final int BUFFER_BYTES = 1 << 20;

    private interface Values {
        /** Puts elements into the buffer, from its start. */
        void put(ByteBuffer buffer, int first, int count);
    }

    private record Tensor(String name, DType dtype, int[] shape, int length, Values values) {}

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    /** Holds nothing yet. */
    public SafetensorsWriter() {}

    /** Sets one text of {@code __metadata__}. */
    public SafetensorsWriter metadata(String key, String value) {
        metadata.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
        return this;
    }

    /** Adds a float32 tensor that fills an array. */
    public SafetensorsWriter add(String name, int[] shape, float[] values) {
        requireLength(name, shape, values.length);
        return add(name, shape, values, 0);
    }

    /** Adds a float32 tensor that lies in an array from {@code offset} on. */
    public SafetensorsWriter add(String name, int[] shape, float[] values, int offset) {
        Objects.checkFromIndexSize(offset, product(name, shape), values.length);
        return add(name, DType.F32, shape, (buffer, first, count) ->
                buffer.asFloatBuffer().put(values, offset + first, count));
    }

    /** Adds a float64 tensor. */
    public SafetensorsWriter addDoubles(String name, int[] shape, double[] values) {
        requireLength(name, shape, values.length);
        return add(name, DType.F64, shape, (buffer, first, count) -> buffer.asDoubleBuffer().put(values, first, count));
    }

    /** Adds a tensor of 64-bit integers. */
    public SafetensorsWriter addLongs(String name, int[] shape, long[] values) {
        requireLength(name, shape, values.length);
        return add(name, DType.I64, shape, (buffer, first, count) -> buffer.asLongBuffer().put(values, first, count));
    }

    /**
     * Writes the file: beside the target first, then renamed. Missing parent folders are made.
     *
     * @throws IOException naming the target and the cause; an existing file is then untouched
     */
    public void write(Path target) throws IOException {
        AtomicFiles.writeFile(target, temporary -> {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                writeTo(channel);
            }
        });
    }

    private void writeTo(WritableByteChannel channel) throws IOException {
        List<Tensor> order = tensors.values().stream()
                .sorted(Comparator.comparingInt((Tensor tensor) -> -tensor.dtype().bytes())) // stable
                .toList();
        writeAll(channel, header(order));
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (Tensor tensor : order) {
            int bytes = tensor.dtype().bytes();
            int first = 0;
            while (first < tensor.length()) {
                int count = Math.min(tensor.length() - first, BUFFER_BYTES / bytes);
                tensor.values().put(buffer.clear().limit(count * bytes), first, count);
                writeAll(channel, buffer);
                first += count;
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
                end += (long) tensor.length() * tensor.dtype().bytes();
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

    private SafetensorsWriter add(String name, DType dtype, int[] shape, Values values) {
        Objects.requireNonNull(name, "name");
        if (name.equals(SafetensorsHeader.METADATA)) {
            throw new IllegalArgumentException("name is " + name + ", which the format reserves");
        }
        Tensor tensor = new Tensor(name, dtype, shape.clone(), product(name, shape), values);
        if (tensors.putIfAbsent(name, tensor) != null) {
            throw new IllegalArgumentException("name is " + name + ", which has been added before");
        }
        return this;
    }

    private static void requireLength(String name, int[] shape, int length) {
        if (product(name, shape) != length) {
            throw new IllegalArgumentException("values of " + name + " has length " + length + ", must be "
                    + product(name, shape) + " for shape " + Arrays.toString(shape));
        }
    }

    private static int product(String name, int[] shape) {
        int product = 1;
        for (int size : shape) {
            if (size < 0) {
                throw new IllegalArgumentException(
                        "shape of " + name + " is " + Arrays.toString(shape) + ", must not be negative");
            }
            product = Math.multiplyExact(product, size);
        }
        return product;
    }
}
