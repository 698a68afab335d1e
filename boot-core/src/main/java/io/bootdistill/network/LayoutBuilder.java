package io.bootdistill.network;

import static io.bootdistill.internal.file.ConfigCheck.that;

import io.bootdistill.network.Operation.Block;
import io.bootdistill.network.Operation.Place;
import io.bootdistill.network.Parameter.Initial;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Places parameters one after another as layers declare them; every block starts at a multiple of 64 bytes. */
final class LayoutBuilder {

    private static final int ALIGNMENT = 16;

    private final Place place;
    private final List<Parameter> trained = new ArrayList<>();
    private final Map<String, Parameter> constants = new HashMap<>();
    private final Map<Long, float[]> computed = new HashMap<>();
    private long trainedEnd;
    private long constantsEnd;

    /** @param place of what is trained: there, or in another model */
    LayoutBuilder(Place place) {
        this.place = place;
    }

    ParameterLayout build() {
        return new ParameterLayout(trained, List.copyOf(constants.values()), computed, trainedEnd, constantsEnd);
    }

    /** [out][in][3][3] stored as [3][3][in][out]. */
    Block conv(String name, int in, int out) {
        Block block = trainedBlock(name, 9L * in * out);
        long[] strides = {1, out, 3L * in * out, (long) in * out};
        trained.add(new Parameter(name, new int[] {out, in, 3, 3}, block.offset(), strides, Initial.UNIFORM, 9 * in));
        return block;
    }

    /** [out][channels][size][size] stored as [channels][size][size][out]: a linear layer of patches. */
    Block patches(String name, int channels, int size, int out) {
        int in = channels * size * size;
        Block block = trainedBlock(name, (long) in * out);
        long[] strides = {1, (long) size * size * out, (long) size * out, out};
        int[] shape = {out, channels, size, size};
        trained.add(new Parameter(name, shape, block.offset(), strides, Initial.UNIFORM, in));
        return block;
    }

    /** Several [out][in] side by side, stored as [in][sum of outs]; {@code pointwise}: the shape is [out][in][1][1]. */
    Block linear(List<String> names, int in, int[] outs, boolean pointwise, Initial initial) {
        int width = sum(outs);
        Block block = trainedBlock(names.get(0) + ".weight", (long) in * width);
        long offset = block.offset();
        for (int i = 0; i < outs.length; i++) {
            int[] shape = pointwise ? new int[] {outs[i], in, 1, 1} : new int[] {outs[i], in};
            long[] strides = pointwise ? new long[] {1, width, 0, 0} : new long[] {1, width};
            trained.add(new Parameter(names.get(i) + ".weight", shape, offset, strides, initial, in));
            offset += outs[i];
        }
        return block;
    }

    /** The biases of {@link #linear}, one after another. */
    Block linearBias(List<String> names, int in, int[] outs, Initial initial) {
        Block block = trainedBlock(names.get(0) + ".bias", sum(outs));
        long offset = block.offset();
        for (int i = 0; i < outs.length; i++) {
            trained.add(vector(names.get(i) + ".bias", outs[i], offset, initial, in));
            offset += outs[i];
        }
        return block;
    }

    Block bias(String name, int length, int fanIn) {
        Block block = trainedBlock(name, length);
        trained.add(vector(name, length, block.offset(), Initial.UNIFORM, fanIn));
        return block;
    }

    Block vector(String name, int length, Initial initial) {
        Block block = trainedBlock(name, length);
        trained.add(vector(name, length, block.offset(), initial, 1));
        return block;
    }

    /** A table [rows][channels]. */
    Block table(String name, int rows, int channels) {
        Block block = trainedBlock(name, (long) rows * channels);
        trained.add(table(name, rows, channels, block));
        return block;
    }

    /** A vector of the checkpoint that is not trained; the same one for each use of the name. */
    Block constant(String name, int length) {
        Parameter known = constants.get(name);
        Block block = known == null ? constantBlock(name, length) : new Block(Place.CONSTANT, known.offset(), length);
        constants.putIfAbsent(name, vector(name, length, block.offset(), Initial.NORMAL, 1));
        return block;
    }

    /** A table [rows][channels] of the checkpoint that is not trained. */
    Block constantTable(String name, int rows, int channels) {
        Block block = constantBlock(name, (long) rows * channels);
        constants.put(name, table(name, rows, channels, block));
        return block;
    }

    /** Values that follow from the configuration: in no checkpoint. */
    Block computed(float[] values) {
        Block block = constantBlock("of computed values", values.length);
        computed.put(block.offset(), values.clone());
        return block;
    }

    private static Parameter table(String name, int rows, int channels, Block block) {
        return new Parameter(name, new int[] {rows, channels}, block.offset(), new long[] {channels, 1}, Initial.NORMAL, 1);
    }

    private static Parameter vector(String name, int length, long offset, Initial initial, int fanIn) {
        return new Parameter(name, new int[] {length}, offset, new long[] {1}, initial, fanIn);
    }

    private Block trainedBlock(String name, long length) {
        requireIndexed(name, length);
        Block block = new Block(place, trainedEnd, length);
        trainedEnd = align(trainedEnd + length);
        return block;
    }

    private Block constantBlock(String name, long length) {
        requireIndexed(name, length);
        Block block = new Block(Place.CONSTANT, constantsEnd, length);
        constantsEnd = align(constantsEnd + length);
        return block;
    }

    private static void requireIndexed(String name, long length) {
        that(length <= Integer.MAX_VALUE, "tensor " + name + ", with those that lie beside it, has " + length + " values",
                "at most " + Integer.MAX_VALUE);
    }

    private static long align(long offset) {
        return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static int sum(int[] values) {
        int sum = 0;
        for (int value : values) {
            sum += value;
        }
        return sum;
    }
}
