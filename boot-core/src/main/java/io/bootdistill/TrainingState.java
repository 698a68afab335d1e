package io.bootdistill;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Scope;
import io.bootdistill.device.Slice;
import io.bootdistill.network.Model;

/** All that training changes: the student's weights, their moving average, Adam's moments, and the number of steps done. */
final class TrainingState implements AutoCloseable {

    final Model student;
    final long length;
    private final Scope scope = new Scope();
    private final Slice m;
    private final Slice v;
    private final Slice ema;

    /** Steps done. */
    long step;

    /** Takes over the ownership of the model, whose weights are the first moving average. */
    TrainingState(Model student) {
        this.student = scope.own(student);
        length = student.graph().layout().length();
        try {
            DeviceMemory memory = scope.own(student.device().allocate(3 * length));
            m = memory.slice(0, length);
            v = memory.slice(length, length);
            ema = memory.slice(2 * length, length);
            copy(student.parameters(), ema);
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    Slice m() {
        return m;
    }

    Slice v() {
        return v;
    }

    Slice ema() {
        return ema;
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
