package io.bootdistill;

import io.bootdistill.error.BootDistillException;
import io.bootdistill.internal.run.RunFolder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Something of a run is no longer finite: a loss, a gradient, a weight or a moment. */
public final class TrainingDivergedException extends BootDistillException {

    private static final long serialVersionUID = 1;

    TrainingDivergedException(long step, String what, @Nullable Path folder) {
        super("training diverged after step " + step + ": " + what
                + (folder == null ? "" : RunFolder.hasCheckpoint(folder) ? "; the last checkpoint in " + folder + " is intact"
                        : "; there is no checkpoint yet"));
    }
}
