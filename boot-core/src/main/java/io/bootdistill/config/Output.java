package io.bootdistill.config;

import io.bootdistill.internal.work.Checks;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a run tells, and where.
 *
 * @param folder where it writes; null for nowhere. Of the machine, and not written
 * @param reportImages images between reports to the listener and lines of the metrics, at least 1
 * @param checkpointImages images between checkpoints, grids and figures of quality, at least 1
 */
public record Output(@OfMachine @Nullable Path folder, long reportImages, long checkpointImages) {

    /** Checks the ranges. */
    public Output {
        Checks.that(reportImages >= 1, "reportImages", reportImages, "at least 1");
        Checks.that(checkpointImages >= 1, "checkpointImages", checkpointImages, "at least 1");
    }

    /** The same in another folder; null for none. */
    public Output withFolder(@Nullable Path folder) {
        return new Output(folder, reportImages, checkpointImages);
    }

    /** The same with reports at other intervals. */
    public Output withReportImages(long reportImages) {
        return new Output(folder, reportImages, checkpointImages);
    }

    /** The same with checkpoints at other intervals. */
    public Output withCheckpointImages(long checkpointImages) {
        return new Output(folder, reportImages, checkpointImages);
    }
}
