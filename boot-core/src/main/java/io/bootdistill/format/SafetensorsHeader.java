package io.bootdistill.format;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.FirstBytes;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.file.Quoted;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The header of a safetensors file: 8 bytes of length, JSON, then the data, which the tensors fill without gap or overlap.
 * An instance has passed every check, so its users need none.
 */
final class SafetensorsHeader {

    static final String METADATA = "__metadata__";
    static final int LENGTH_BYTES = 8;
    /** A third of what the format allows: a hundred thousand tensors. What it holds takes several times as much memory. */
    static final int MAX_LENGTH = 1 << 25;

    /** A tensor's place: bytes {@code begin} to {@code end} of the data. */
    record Entry(String name, DType dtype, int[] shape, long begin, long end) {}

    private final Path file;
    private final Map<String, Entry> tensors = new LinkedHashMap<>();
    private Map<String, String> metadata = Map.of();
    private long dataStart;

    private SafetensorsHeader(Path file) {
        this.file = file;
    }

    /**
     * Reads and checks.
     *
     * @throws ModelFormatException if anything is wrong with the header, or it does not fit the file
     */
    static SafetensorsHeader read(FileChannel channel, Path file) throws IOException {
        SafetensorsHeader header = new SafetensorsHeader(file);
        header.requireNothingElse(channel);
        byte[] json = header.readJson(channel);
        header.dataStart = LENGTH_BYTES + (long) json.length;
        header.parse(json);
        header.checkLayout(channel.size() - header.dataStart);
        return header;
    }

    /** In the order of their data. */
    Map<String, Entry> tensors() {
        return tensors;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    /** Position of the data in the file. */
    long dataStart() {
        return dataStart;
    }

    /** Refuses what is no such file, damaged or not, but something else of its name. */
    private void requireNothingElse(FileChannel channel) throws IOException {
        byte[] head = readFully(channel, (int) Math.min(channel.size(), FirstBytes.COUNT), 0).array();
        String mistaken = head.length > LENGTH_BYTES && head[LENGTH_BYTES] == '{' ? null : FirstBytes.mistaken(head);
        if (mistaken != null) {
            throw new ModelFormatException(file + " " + mistaken);
        }
    }

    private byte[] readJson(FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < LENGTH_BYTES) {
            throw damaged("it is " + size + " bytes long, too short for a header");
        }
        long length = readFully(channel, LENGTH_BYTES, 0).getLong();
        if (length < 0 || length > MAX_LENGTH) {
            throw damaged("its header claims " + Long.toUnsignedString(length) + " bytes, more than the allowed " + MAX_LENGTH);
        }
        if (length > size - LENGTH_BYTES) {
            throw damaged("its header claims " + length + " bytes, but only " + (size - LENGTH_BYTES) + " follow");
        }
        byte[] json = readFully(channel, (int) length, LENGTH_BYTES).array();
        if (length == 0 || json[0] != '{') {
            throw damaged("its header is not a JSON object");
        }
        return json;
    }

    private static ByteBuffer readFully(FileChannel channel, int length, long position) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        readFully(channel, position, buffer);
        return buffer.flip();
    }

    /** Fills the buffer from a position of the file. */
    static void readFully(FileChannel channel, long position, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            int read = channel.read(buffer, position + buffer.position());
            if (read < 0) {
                throw new EOFException();
            }
        }
    }

    private void parse(byte[] json) {
        // a decoder object reports malformed UTF-8 instead of replacing it
        try (JsonReader in = new JsonReader(
                new InputStreamReader(new ByteArrayInputStream(json), StandardCharsets.UTF_8.newDecoder()))) {
            in.setStrictness(Strictness.STRICT);
            boolean metadataSeen = false;
            in.beginObject();
            while (in.hasNext()) {
                String name = in.nextName();
                boolean first = !tensors.containsKey(name);
                if (name.equals(METADATA)) {
                    first = !metadataSeen;
                    metadataSeen = true;
                    metadata = readMetadata(in);
                } else {
                    tensors.put(name, readEntry(in, name));
                }
                if (!first) {
                    throw damaged("its header has two entries named " + Quoted.of(name));
                }
            }
            in.endObject();
            in.peek(); // anything but white space after the object is malformed
        } catch (IOException e) {
            throw damaged("its header is not valid JSON", e);
        }
    }

    private Map<String, String> readMetadata(JsonReader in) throws IOException {
        expect(in, JsonToken.BEGIN_OBJECT, METADATA);
        Map<String, String> map = new LinkedHashMap<>();
        in.beginObject();
        while (in.hasNext()) {
            String key = in.nextName();
            expect(in, JsonToken.STRING, METADATA + " " + Quoted.of(key));
            if (map.put(key, in.nextString()) != null) {
                throw damaged("its metadata has two entries named " + Quoted.of(key));
            }
        }
        in.endObject();
        return map;
    }

    private Entry readEntry(JsonReader in, String name) throws IOException {
        String where = "tensor " + Quoted.of(name);
        expect(in, JsonToken.BEGIN_OBJECT, where);
        DType dtype = null;
        long[] shape = null;
        long[] offsets = null;
        in.beginObject();
        while (in.hasNext()) {
            String key = in.nextName();
            boolean repeated = false;
            switch (key) {
                case "dtype" -> {
                    repeated = dtype != null;
                    expect(in, JsonToken.STRING, where + " dtype");
                    dtype = dtype(in.nextString(), where);
                }
                case "shape" -> {
                    repeated = shape != null;
                    shape = readWholeNumbers(in, where + " shape", Integer.MAX_VALUE);
                }
                case "data_offsets" -> {
                    repeated = offsets != null;
                    offsets = readWholeNumbers(in, where + " data_offsets", Long.MAX_VALUE);
                }
                default -> in.skipValue();
            }
            if (repeated) {
                throw damaged(where + " has two entries " + Quoted.of(key));
            }
        }
        in.endObject();
        if (dtype == null || shape == null || offsets == null) {
            throw damaged(where + " lacks " + (dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets"));
        }
        return entry(name, dtype, shape, offsets);
    }

    private DType dtype(String text, String where) {
        for (DType dtype : DType.values()) {
            if (dtype.name().equals(text)) {
                return dtype;
            }
        }
        throw new ModelFormatException(
                file + ": " + where + " has dtype " + Quoted.of(text)
                + ", which is not supported; convert it to F32 and save again");
    }

    private long[] readWholeNumbers(JsonReader in, String where, long max) throws IOException {
        expect(in, JsonToken.BEGIN_ARRAY, where);
        List<Long> numbers = new ArrayList<>();
        in.beginArray();
        while (in.hasNext()) {
            expect(in, JsonToken.NUMBER, where);
            String text = in.nextString();
            long number = Json.wholeNumber(text);
            if (number < 0 || number > max) {
                throw damaged(where + " holds " + Quoted.of(text) + ", must be a whole number in [0, " + max + "]");
            }
            numbers.add(number);
        }
        in.endArray();
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    private Entry entry(String name, DType dtype, long[] shape, long[] offsets) {
        String where = "tensor " + Quoted.of(name);
        if (offsets.length != 2 || offsets[0] > offsets[1]) {
            throw damaged(where + " has data_offsets that are not [begin, end] with begin ≤ end");
        }
        int[] sizes = new int[shape.length];
        long bytes = dtype.bytes();
        try {
            for (int i = 0; i < shape.length; i++) {
                sizes[i] = (int) shape[i];
                bytes = Math.multiplyExact(bytes, shape[i]);
            }
        } catch (ArithmeticException e) {
            throw damaged(where + " has a shape whose size overflows", e);
        }
        if (bytes != offsets[1] - offsets[0]) {
            throw damaged(where + " has a shape and dtype of " + bytes + " bytes, but data_offsets of "
                    + (offsets[1] - offsets[0]));
        }
        return new Entry(name, dtype, sizes, offsets[0], offsets[1]);
    }

    private void checkLayout(long dataLength) {
        List<Entry> order = new ArrayList<>(tensors.values());
        order.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        tensors.clear();
        long end = 0;
        String previous = "the header";
        for (Entry entry : order) {
            String where = "tensor " + Quoted.of(entry.name());
            if (entry.end() > dataLength) {
                throw damaged(where + " ends at byte " + entry.end() + " of the data, which is " + dataLength + " bytes long");
            }
            if (entry.begin() < end) {
                throw damaged(where + " overlaps " + previous);
            }
            if (entry.begin() > end) {
                throw damaged("there is a hole of " + (entry.begin() - end) + " bytes between " + previous + " and " + where);
            }
            end = entry.end();
            previous = where;
            tensors.put(entry.name(), entry);
        }
        if (end != dataLength) {
            throw damaged((dataLength - end) + " bytes follow after " + previous);
        }
    }

    private void expect(JsonReader in, JsonToken token, String where) throws IOException {
        if (in.peek() != token) {
            throw damaged(where + " is " + Json.described(in.peek()) + ", must be " + Json.described(token));
        }
    }

    private ModelFormatException damaged(String what) {
        return damaged(what, null);
    }

    private ModelFormatException damaged(String what, @Nullable Throwable cause) {
        return new ModelFormatException(
                file + " is not a complete safetensors file: " + what + "; copy or export it again", cause);
    }
}
