package io.bootdistill.internal.training;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.UpdateRule;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.ParameterLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The steps of the matrices of {@link UpdateRule#MUON}: M ← μM + G, θ ← θ − rate·0.2·√max(rows, columns)·O(G + μM), where O
 * is {@link Orthogonaliser}. M lies where Adam has its first moment. Each matrix is a task of its own.
 */
public final class Muon implements AutoCloseable {

    /** Fewest channels, in and out, of a weight that counts as a matrix. */
    static final int LEAST_CHANNELS = 8;

    private static final float MOMENTUM = 0.95f;
    private static final double SIZE = 0.2;

    /** A weight in the flat buffers: a row for each input (of each of a convolution's nine taps), a column for each output. */
    record View(long offset, int rows, int columns, int stride) {

        /**
         * Whether a parameter is a weight of enough channels; an embedding's table lies the other way round. What begins at
         * zero, such as the weight of an input that the teacher does not have, has far to go: Adam brings it there sooner.
         */
        static boolean exists(Parameter p) {
            return p.shape().length >= 2 && p.strides()[0] == 1 && Math.min(p.shape()[0], p.shape()[1]) >= LEAST_CHANNELS
                    && !p.beginsAtZero();
        }

        static View of(Parameter p) {
            int columns = p.shape()[0];
            return new View(p.offset(), p.size() / columns, columns, Math.toIntExact(p.strides()[1]));
        }

        Tensor in(Slice flat) {
            return new Tensor(flat.slice(offset, (long) (rows - 1) * stride + columns), columns, stride);
        }

        long work() {
            return (long) rows * columns * Math.min(rows, columns);
        }
    }

    /** The elements [from, to) of the flat buffers. */
    record Range(long from, long to) {}

    private record Matrix(int rows, Tensor momentum, Tensor gradient, Tensor parameters, Slice factor) {}

    private final List<View> views;
    private final Matrix[] matrices;
    private final Orthogonaliser[][] orthogonalisers;
    private final Scope scope = new Scope();
    private final Slice factors;
    private final float[] numbers;

    /**
     * Prepares the steps.
     *
     * @param views at least one
     * @param contexts one per worker, the caller's
     */
    Muon(List<View> views, TrainingState state, Slice gradient, Kernels[] contexts) {
        this.views = views;
        numbers = new float[views.size()];
        matrices = new Matrix[views.size()];
        orthogonalisers = new Orthogonaliser[contexts.length][views.size()];
        Device device = state.student.device();
        try {
            factors = scope.own(device.allocate(numbers.length)).slice();
            int side = side(views);
            Slice identity = scope.own(device.allocate((long) side * side)).slice();
            contexts[0].upload(Orthogonaliser.identity(side), 0, identity);
            for (int i = 0; i < matrices.length; i++) {
                View v = views.get(i);
                matrices[i] = new Matrix(
                        v.rows, v.in(state.m()), v.in(gradient), v.in(state.student.parameters()), factors.slice(i, 1));
            }
            for (int worker = 0; worker < contexts.length; worker++) {
                Kernels kernels = contexts[worker];
                Slice scratch = scope.own(device.allocate(scratchFloats(views, kernels))).slice();
                for (int i = 0; i < matrices.length; i++) {
                    View v = views.get(i);
                    orthogonalisers[worker][i] =
                            new Orthogonaliser(v.rows, v.columns, kernels, scratch, Tensor.of(identity, side));
                }
            }
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    private static int side(List<View> views) {
        return views.stream().mapToInt(v -> Math.min(v.rows, v.columns)).max().orElse(0);
    }

    private static long scratchFloats(List<View> views, Kernels kernels) {
        return views.stream().mapToLong(v -> Orthogonaliser.floats(v.rows, v.columns, kernels)).max().orElse(0);
    }

    /** Bytes that it holds for a network, before there is one. */
    public static long bytes(ParameterLayout layout, int workers, Kernels kernels) {
        List<View> views = views(layout);
        return Float.BYTES * ((long) side(views) * side(views) + workers * scratchFloats(views, kernels));
    }

    /** The matrices of a network, those of the most work first. */
    static List<View> views(ParameterLayout layout) {
        return layout.trained().stream().filter(View::exists).map(View::of)
                .sorted(Comparator.comparingLong(View::work).reversed()).toList();
    }

    /** Where the elements of matrices lie in the flat buffers: as few ranges as there are, in their order. */
    static List<Range> ranges(List<View> views) {
        List<Range> rows = new ArrayList<>();
        for (View v : views) {
            boolean dense = v.stride == v.columns;
            long width = dense ? (long) v.rows * v.columns : v.columns;
            for (int row = 0; row < (dense ? 1 : v.rows); row++) {
                long from = v.offset + (long) row * v.stride;
                rows.add(new Range(from, from + width));
            }
        }
        rows.sort(Comparator.comparingLong(Range::from));
        List<Range> ranges = new ArrayList<>();
        for (Range row : rows) {
            int last = ranges.size() - 1;
            if (last >= 0 && ranges.get(last).to == row.from) {
                ranges.set(last, new Range(ranges.get(last).from, row.to));
            } else {
                ranges.add(row);
            }
        }
        return ranges;
    }

    /** Number of matrices. */
    int count() {
        return matrices.length;
    }

    /** Sets the rate of the next step. */
    void begin(Kernels kernels, double rate) {
        for (int i = 0; i < numbers.length; i++) {
            View v = views.get(i);
            double size = SIZE * Math.sqrt(Math.max(v.rows, v.columns));
            numbers[i] = (float) (-rate * size / Orthogonaliser.SCALE);
        }
        kernels.upload(numbers, 0, factors);
    }

    /** Updates a matrix and its momentum: the same calls each time, without a transfer. */
    void update(Kernels kernels, int worker, int matrix) {
        Matrix m = matrices[matrix];
        Orthogonaliser orthogonaliser = orthogonalisers[worker][matrix];
        kernels.affine(m.rows, m.momentum, MOMENTUM, 0, m.gradient, m.momentum);
        kernels.affine(m.rows, m.momentum, MOMENTUM, 0, m.gradient, orthogonaliser.input());
        orthogonaliser.run(kernels);
        kernels.addScaled(1, m.rows, orthogonaliser.output(), m.factor, m.parameters, m.parameters);
    }

    @Override
    public void close() {
        scope.close();
    }
}
