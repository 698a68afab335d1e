package io.bootdistill;

import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.work.Checks;
import org.jspecify.annotations.Nullable;

/**
 * What a joint training has made. Whoever closes it closes both.
 *
 * @param student null where the run was stopped before the student's first step
 */
public record TrainedPair(Teacher teacher, @Nullable Student student) implements AutoCloseable {

    /** Checks that there is a teacher. */
    public TrainedPair {
        Checks.notNull("teacher", teacher);
    }

    @Override
    public void close() {
        try (Scope scope = new Scope()) {
            scope.own(teacher);
            if (student != null) {
                scope.own(student);
            }
        }
    }
}
