package io.bootdistill.internal.work;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;

/** Arrays of the host, [rows][floats] each, and their places in device memory, uploaded together. */
public final class DeviceColumns implements AutoCloseable {

    private final int rows;
    private final float[][] sources;
    private final Slice[] places;
    private final DeviceMemory memory;

    /** @param sources null where an option needs none */
    public DeviceColumns(Device device, int rows, float[]... sources) {
        this.rows = rows;
        this.sources = sources;
        places = new Slice[sources.length];
        long length = 0;
        for (float[] source : sources) {
            length += source == null ? 0 : source.length;
        }
        memory = device.allocate(length);
        long at = 0;
        for (int i = 0; i < sources.length; i++) {
            if (sources[i] != null) {
                places[i] = memory.slice(at, sources[i].length);
                at += sources[i].length;
            }
        }
    }

    /** The rows [from, from + n) of a source. */
    public Slice slice(float[] source, int from, int n) {
        for (int i = 0; i < sources.length; i++) {
            if (sources[i] == source) {
                long floats = source.length / rows;
                return places[i].slice(from * floats, n * floats);
            }
        }
        throw new IllegalArgumentException("no such column");
    }

    /** Likewise, as a tensor of rows; null for an empty source. */
    public Tensor rows(float[] source, int from, int n) {
        return source == null || source.length == 0 ? null : Tensor.of(slice(source, from, n), source.length / rows);
    }

    /** Brings all sources to the device. */
    public void upload(Kernels kernels) {
        for (int i = 0; i < sources.length; i++) {
            if (sources[i] != null && sources[i].length > 0) {
                kernels.upload(sources[i], 0, places[i]);
            }
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
