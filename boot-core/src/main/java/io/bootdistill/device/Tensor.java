package io.bootdistill.device;

/**
 * A matrix in device memory: rows of {@code channels} values, {@code stride} values from row to row.
 *
 * @param data the memory; element (row, channel) is at {@code row * stride + channel}
 * @param channels values per row, at least 1
 * @param stride distance between rows, at least {@code channels}
 */
public record Tensor(Slice data, int channels, int stride) {

    public Tensor {
        if (channels < 1 || stride < channels) {
            throw new IllegalArgumentException(
                    "channels is " + channels + " and stride " + stride + ", must be 1 <= channels <= stride");
        }
    }

    /** A dense matrix. */
    public static Tensor of(Slice data, int channels) {
        return new Tensor(data, channels, channels);
    }

    /** The columns [from, from + count). */
    public Tensor columns(int from, int count) {
        if (from < 0 || count < 1 || from > channels - count) {
            throw new IndexOutOfBoundsException(
                    "columns [" + from + ", " + (from + count) + ") leave a tensor of " + channels + " channels");
        }
        return new Tensor(data.slice(from, data.length() - from), count, stride);
    }

    /** One row. */
    public Slice row(long index) {
        return data.slice(index * stride, channels);
    }

    /**
     * Refuses a tensor that does not fit a kernel.
     *
     * @throws IllegalArgumentException naming the operand, what it is and what is needed
     * @throws IllegalStateException if the memory is closed
     */
    public void require(String operand, long rows, int neededChannels) {
        if (channels != neededChannels) {
            throw new IllegalArgumentException(
                    operand + " has " + channels + " channels, the kernel needs " + neededChannels);
        }
        if (rows < 1) {
            throw new IllegalArgumentException("rows of " + operand + " is " + rows + ", must be at least 1");
        }
        boolean isCountable = rows - 1 <= (Long.MAX_VALUE - channels) / stride;
        data.require(operand, isCountable ? (rows - 1) * stride + channels : Long.MAX_VALUE);
    }
}
