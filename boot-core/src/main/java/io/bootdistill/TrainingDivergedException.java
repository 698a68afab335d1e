package io.bootdistill;

import io.bootdistill.error.BootDistillException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The loss of a run is no longer finite. */
public final class TrainingDivergedException extends BootDistillException {

    private static final long serialVersionUID = 1;

    TrainingDivergedException(long step, double loss, @Nullable Path folder) {
        super("training diverged: the loss is " + loss + " after step " + step + "; use a lower learning rate"
                + (folder == null ? "" : "; the last checkpoint in " + folder + " is intact"));
    }
}
