package io.bootdistill.metric;

import java.util.Locale;
import java.util.Optional;

/**
 * Decides from a student's figures whether it has collapsed: whether it makes much the same image of different noises, or
 * leaves kinds of images out. The limits are far from what noise in the figures does (a faithful student has a ratio of 1, and
 * the recall of its teacher), so an alarm means that something is wrong with the run.
 */
public final class CollapseAlarm {

    /** The diversity ratio of a class that is a collapse. */
    public static final double LEAST_DIVERSITY = 0.5;

    /** The recall that is a collapse, as a share of the teacher's. */
    public static final double LEAST_RECALL = 0.5;

    private CollapseAlarm() {}

    /**
     * Judges by the samples' distances, without data.
     *
     * @param leastDiversity the smallest ratio of a class, see {@link Diversity#perClass}; NaN where there is none
     * @return why it is a collapse, as part of a sentence; empty where it is none
     */
    public static Optional<String> ofDiversity(double leastDiversity) {
        return leastDiversity < LEAST_DIVERSITY
                ? Optional.of(String.format(Locale.ROOT, "the samples of a class differ from each other only %.2f times as"
                        + " much as the teacher's, less than %.2f", leastDiversity, LEAST_DIVERSITY))
                : Optional.empty();
    }

    /**
     * Judges by what share of real images the samples are like.
     *
     * @param recall the student's, see {@link PrecisionRecall}
     * @param teacherRecall the teacher's, of as many samples and images
     * @return why it is a collapse; empty where it is none
     */
    public static Optional<String> ofRecall(double recall, double teacherRecall) {
        return recall < LEAST_RECALL * teacherRecall
                ? Optional.of(String.format(Locale.ROOT, "the samples recall %.3f of the images, less than %.2f times the"
                        + " teacher's %.3f", recall, LEAST_RECALL, teacherRecall))
                : Optional.empty();
    }
}
