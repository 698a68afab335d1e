package io.bootdistill.internal.training;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.Reducer;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Model;

/**
 * The gradient lanes of a step and their sum. Each lane is filled by one worker at a time, block after block; the lanes are
 * added by a {@link Reducer}.
 */
public final class GradientLanes implements AutoCloseable {

    private final Reducer reducer;
    private final Gradients[] lanes;
    private final Slice[] slices;
    private final Scope scope = new Scope();
    private final Slice partial;
    private final long length;
    private final int chunks;

    GradientLanes(Model student, int lanes, Reducer reducer) {
        this.reducer = reducer;
        this.lanes = new Gradients[lanes];
        this.slices = new Slice[lanes];
        try {
            for (int i = 0; i < lanes; i++) {
                this.lanes[i] = scope.own(new Gradients(student));
                this.slices[i] = this.lanes[i].flat();
            }
            length = slices[0].length();
            chunks = Math.toIntExact((length + Kernels.NORM_CHUNK - 1) / Kernels.NORM_CHUNK);
            partial = scope.own(student.device().allocate(chunks)).slice();
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    Gradients lane(int index) {
        return lanes[index];
    }

    /** The sum of all lanes, once reduced. */
    Slice sum() {
        return slices[0];
    }

    Slice partialNorms() {
        return partial;
    }

    int chunks() {
        return chunks;
    }

    /** Sums part {@code part} of {@code parts} of the lanes, and its squares. */
    void reduce(Kernels kernels, int part, int parts) {
        long from = (long) chunks * part / parts;
        long to = (long) chunks * (part + 1) / parts;
        if (from < to) {
            reducer.sum(kernels, slices, from * Kernels.NORM_CHUNK, Math.min(to * Kernels.NORM_CHUNK, length), slices[0]);
            kernels.squaredNorm(slices[0], from, to, partial);
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
