package io.bootdistill.internal.training;

import io.bootdistill.device.AdamStep;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Scope;
import io.bootdistill.device.Slice;
import io.bootdistill.network.Model;

/**
 * All that training changes: the student's weights, their moving average, the moments, the number of steps done, and the
 * average of the student that makes the targets, where there is one. What lessons change is theirs.
 */
public final class TrainingState implements AutoCloseable {

    public final Model student;
    public final long length;
    private final Scope scope = new Scope();
    private final Slice m;
    private final Slice v;
    private final Slice ema;

    private long step;

    /** The student that makes the targets: an average of its own (mean-teacher, arXiv 1703.01780), or {@code student}. */
    public final Model target;

    /** The step of an optimiser that changes nothing but the average. */
    private final Slice following;

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
        try {
            DeviceMemory memory = scope.own(student.device().allocate(3 * length));
            m = memory.slice(0, length);
            v = memory.slice(length, length);
            ema = memory.slice(2 * length, length);
            copy(student.parameters(), ema);
            target = targetDecay == 0 ? student : scope.own(new Model(student.graph(), student.device(), false));
            following = scope.own(student.device().allocate(AdamStep.COUNT)).slice();
            if (target != student) {
                target.load(student, student.parameters());
                setFollowing(targetDecay);
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

    private void setFollowing(double decay) {
        float[] step = new float[AdamStep.COUNT]; // a rate of 0 keeps θ, decays of 1 keep m and v
        step[AdamStep.BETA1] = 1;
        step[AdamStep.BETA2] = 1;
        step[AdamStep.EPSILON] = 1;
        step[AdamStep.CORRECTION1] = 1;
        step[AdamStep.CORRECTION2] = 1;
        step[AdamStep.EMA_RATE] = (float) (1 - decay);
        try (Kernels kernels = student.device().openKernels()) {
            kernels.upload(step, 0, following);
        }
    }

    /** Lets part {@code part} of {@code parts} of the target follow the student: θ⁻ ← θ⁻ + (1 − μ)(θ − θ⁻). */
    public void follow(Kernels kernels, int part, int parts) {
        kernels.adamW(following, length * part / parts, length * (part + 1) / parts, ema, student.parameters(), m, v,
                target.parameters());
    }

    private void copy(Slice from, Slice to) {
        float[] values = new float[Math.toIntExact(length)];
        try (var kernels = student.device().openKernels()) {
            kernels.download(from, values, 0);
            kernels.upload(values, 0, to);
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
