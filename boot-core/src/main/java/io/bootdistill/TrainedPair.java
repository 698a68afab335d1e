package io.bootdistill;

import io.bootdistill.internal.device.Scope;
import org.jspecify.annotations.Nullable;

/**
 * What a joint training has made. Whoever closes it closes both.
 *
 * @param student null where the run was stopped before the student's first step
 */
public record TrainedPair(Teacher teacher, @Nullable Student student) implements AutoCloseable {

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
