package io.bootdistill.phase;

import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Blocks;
import java.util.ArrayList;
import java.util.List;

/** The stages of a lesson, in their order, placed in a run. */
final class Stages {

    final List<Stage> all;

    /** The first step of each, and the end of the last. */
    private final long[] bounds;

    private final String key;

    /** @param key of the objective, for messages */
    Stages(String key, List<Stage> all, Assignment assignment) {
        this.key = key;
        this.all = all;
        bounds = new long[all.size() + 1];
        double before = 0;
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = assignment.first() + Math.round(before * assignment.steps());
            before += i < all.size() ? all.get(i).share() : 0;
        }
        bounds[all.size()] = assignment.first() + assignment.steps();
        for (int i = 0; i < all.size(); i++) {
            Checks.that(bounds[i] < bounds[i + 1], "number of steps with " + key, assignment.steps(),
                    "more: of its " + all.size() + " stages, number " + (i + 1) + " would have none");
        }
    }

    /** The stage that a step is in. */
    int at(long step) {
        int i = 0;
        while (i < all.size() - 1 && step >= bounds[i + 1]) {
            i++;
        }
        return i;
    }

    /** Its first step. */
    long first(int stage) {
        return bounds[stage];
    }

    /** Its steps. */
    long steps(int stage) {
        return bounds[stage + 1] - bounds[stage];
    }

    /** Steps before one whose walks it may use, in a stage. */
    long history(int stage, int block, Walks walks) {
        return Math.min(all.get(stage).reach(block, walks.interval()), steps(stage) - 1);
    }

    /**
     * Signals of walks that are kept at once, the most of any stage.
     *
     * @throws IllegalArgumentException if they are too many to be numbered
     */
    long signals(Blocks blocks, int block, Walks walks) {
        long most = 0;
        for (int i = 0; i < all.size(); i++) {
            most = Math.max(most, all.get(i).signals(blocks, block) * (history(i, block, walks) + 1));
        }
        Checks.that(most < Integer.MAX_VALUE, "walks of " + key, most + " signals that are kept", "of fewer uses, a shorter"
                + " interval, fewer steps or a smaller batch: fewer than " + Integer.MAX_VALUE);
        return most;
    }

    /** The first steps of all but the first. */
    List<Long> begins() {
        return firsts(false);
    }

    /** Those that begin a round. */
    List<Long> rounds() {
        return firsts(true);
    }

    private List<Long> firsts(boolean ofRounds) {
        List<Long> found = new ArrayList<>();
        for (int i = 1; i < all.size(); i++) {
            if (!ofRounds || all.get(i).round() > all.get(i - 1).round()) {
                found.add(bounds[i]);
            }
        }
        return found;
    }
}
