package io.bootdistill.internal.training;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.network.Model;

/**
 * All that training changes: the student's weights, their moving average, the moments, the number of steps done, and the
 * average of the student that makes the targets, where there is one. What lessons change is theirs.
 */
public final class TrainingState implements AutoCloseable {

    private static final int COPY_PIECE = 1 << 18;

    public final Model student;
    public final long length;
    private final Scope scope = new Scope();
    private final Slice m;
    private final Slice v;
    private final Slice ema;

    private long step;

    /** The student that makes the targets: an average of its own (mean-teacher, arXiv 1703.01780), or {@code student}. */
    public final Model target;

    /** Share of the student in the target after a step. */
    private final float followRate;

    public TrainingState(Model student) {
        this(student, 0);
    }

    /**
     * Takes over the ownership of the model, whose weights are the first averages.
     *
     * @param targetDecay decay per step of the average that makes the targets; 0 for none
     */
    public TrainingState(Model student, double targetDecay) {
        this.student = scope.own(student);
        length = student.graph().layout().length();
        followRate = (float) (1 - targetDecay);
        try {
            DeviceMemory memory = scope.own(student.device().allocate(3 * length));
            m = memory.slice(0, length);
            v = memory.slice(length, length);
            ema = memory.slice(2 * length, length);
            copy(student.parameters(), ema);
            target = targetDecay == 0 ? student : scope.own(new Model(student.graph(), student.device(), false));
            if (target != student) {
                target.load(student, student.parameters());
            }
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /** Steps done. */
    public long step() {
        return step;
    }

    /** Another step is done. */
    void advance() {
        step++;
    }

    /** So many steps have been done, by a run that goes on. */
    void restore(long step) {
        this.step = step;
    }

    public Slice m() {
        return m;
    }

    public Slice v() {
        return v;
    }

    public Slice ema() {
        return ema;
    }

    public boolean hasTarget() {
        return target != student;
    }

    /** Lets part {@code part} of {@code parts} of the target follow the student: θ⁻ ← θ⁻ + (1 − μ)(θ − θ⁻). */
    public void follow(Kernels kernels, int part, int parts) {
        kernels.average(length * part / parts, length * (part + 1) / parts, student.parameters(), followRate,
                target.parameters());
    }

    /** A round begins: the average takes the place of the weights, and nothing is known of their gradients. */
    void beginRound(Kernels kernels) {
        kernels.fill(m, 0);
        kernels.fill(v, 0);
        student.take(kernels, ema);
        if (hasTarget()) {
            target.take(kernels, ema);
        }
    }

    private void copy(Slice from, Slice to) {
        float[] values = new float[(int) Math.min(COPY_PIECE, length)];
        try (Kernels kernels = student.device().openKernels()) {
            for (long first = 0; first < length; first += values.length) {
                long count = Math.min(values.length, length - first);
                kernels.download(from.slice(first, count), values, 0);
                kernels.upload(values, 0, to.slice(first, count));
            }
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
