package io.bootdistill.internal.diffusers;

import io.bootdistill.format.DType;
import io.bootdistill.format.SafetensorsWriter;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How weights lay in the files that they were read from: their order, names, shapes and types, so that they can be written in
 * the same way.
 *
 * @param metadata that of the first file
 */
public record WeightsManifest(List<Entry> entries, Map<String, String> metadata) {

    /** Values of a tensor that are looked at at a time. */
    private static final int PIECE = 1 << 16;

    /**
     * A tensor.
     *
     * @param name today's
     * @param stored its name in the file
     */
    public record Entry(String name, String stored, int[] shape, DType dtype) {

        private long size() {
            long size = 1;
            for (int extent : shape) {
                size *= extent;
            }
            return size;
        }
    }

    /**
     * Values of a tensor to be written.
     *
     * @param shape where none was read of that name
     */
    public record Tensor(String name, int[] shape, SafetensorsWriter.Values values) {}

    public WeightsManifest {
        entries = List.copyOf(entries);
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /** One of weights that were never read: all are float32, in the order in which they are given. */
    public static WeightsManifest none() {
        return new WeightsManifest(List.of(), Map.of());
    }

    /**
     * Describes a file of the tensors: those that were read in their order, under their names in the file; then the others. A
     * tensor that was read in half precision keeps its type where each value fits, as all do that have not been changed, and is
     * float32 otherwise. Its values are asked for twice.
     */
    public SafetensorsWriter writer(List<Tensor> tensors) {
        SafetensorsWriter writer = new SafetensorsWriter();
        metadata.forEach(writer::metadata);
        Map<String, Tensor> rest = new HashMap<>();
        tensors.forEach(tensor -> rest.put(tensor.name, tensor));
        for (Entry entry : entries) {
            Tensor tensor = rest.remove(entry.name);
            if (tensor != null) {
                DType type = fits(entry, tensor.values) ? entry.dtype : DType.F32;
                writer.add(entry.stored, type, entry.shape, tensor.values);
            }
        }
        tensors.stream().filter(tensor -> rest.containsKey(tensor.name))
                .forEach(tensor -> writer.add(tensor.name, tensor.shape, tensor.values));
        return writer;
    }

    private static boolean fits(Entry entry, SafetensorsWriter.Values values) {
        if (entry.dtype == DType.F32 || !entry.dtype.isFloating()) {
            return entry.dtype == DType.F32;
        }
        FloatBuffer piece = FloatBuffer.allocate((int) Math.min(PIECE, entry.size()));
        for (long first = 0; first < entry.size(); first += piece.limit()) {
            values.read(first, piece.clear().limit((int) Math.min(PIECE, entry.size() - first)));
            for (int i = 0; i < piece.limit(); i++) {
                if (!entry.dtype.holds(piece.get(i))) {
                    return false;
                }
            }
        }
        return true;
    }
}
