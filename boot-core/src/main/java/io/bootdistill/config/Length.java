package io.bootdistill.config;

import io.bootdistill.internal.work.Checks;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a run is: so many images, or a time, which the run replaces by images once it has timed a few steps.
 *
 * @param images images of the whole run, at least 1; 0 beside a time budget
 * @param timeBudget at least a minute; null beside images. Of the machine, and never written
 */
public record Length(long images, @OfMachine @Nullable Duration timeBudget) {

    /** Checks that there is one of both, and its range. */
    public Length {
        if (timeBudget == null) {
            Checks.that(images >= 1, "images", images, "at least 1");
        } else {
            Checks.that(images == 0, "images", images, "0 beside a time budget, which decides them");
            Checks.that(timeBudget.toSeconds() >= 60, "timeBudget", timeBudget, "at least a minute");
        }
    }

    /** So many images. */
    public static Length images(long images) {
        return new Length(images, null);
    }

    /** What fits into a time, at least a minute. */
    public static Length time(Duration timeBudget) {
        Checks.notNull("timeBudget", timeBudget);
        return new Length(0, timeBudget);
    }

    /** Whether it is a time, not yet a number of images. */
    public boolean isTime() {
        return timeBudget != null;
    }

    void requireBatches(int batch) {
        Checks.that(isTime() || images % batch == 0, "images", images, "a positive multiple of batch " + batch);
    }

    /** Training steps. */
    long steps(int batch) {
        if (isTime()) {
            throw new IllegalStateException("a run of " + timeBudget + " has no number of steps before it has started");
        }
        return images / batch;
    }
}
