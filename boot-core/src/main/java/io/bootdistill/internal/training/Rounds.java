package io.bootdistill.internal.training;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.LongStream;

/** The rounds that a run is made of: one after another, each with a learning rate that rises and falls. */
public final class Rounds {

    /** Their first steps, and the end of the run. */
    private final long[] bounds;

    /**
     * @param begins steps at which a round begins, besides the first
     * @param steps of the run
     */
    Rounds(Collection<Long> begins, long steps) {
        LongStream inside = begins.stream().mapToLong(Long::longValue).filter(step -> step > 0 && step < steps);
        bounds = LongStream.concat(LongStream.of(0, steps), inside).sorted().distinct().toArray();
    }

    /** A run of one round. */
    public static Rounds one(long steps) {
        return new Rounds(List.of(), steps);
    }

    private int index(long step) {
        int found = Arrays.binarySearch(bounds, step);
        return Math.min(found >= 0 ? found : -found - 2, Math.max(0, bounds.length - 2));
    }

    /** The first step of the round that a step is in. */
    long first(long step) {
        return bounds[index(step)];
    }

    /** Steps of the round that a step is in. */
    long length(long step) {
        return bounds[index(step) + 1] - bounds[index(step)];
    }

    /** Whether a round begins at a step, which is not the first of the run. */
    boolean begins(long step) {
        return step > 0 && first(step) == step;
    }
}
