package io.bootdistill.metric;

import java.util.Objects;

/** How often a classifier finds in an image the class that it was made for. */
public final class ClassAccuracy {

    private ClassAccuracy() {}

    /**
     * The share of images whose class was found.
     *
     * @param found the classifier's answer for each image
     * @param asked the label of each image
     * @return in [0, 1]
     * @throws IllegalArgumentException if the lengths differ or are 0
     */
    public static double of(int[] found, int[] asked) {
        Objects.requireNonNull(found, "found is missing");
        Objects.requireNonNull(asked, "asked is missing");
        if (found.length != asked.length || found.length == 0) {
            throw new IllegalArgumentException(
                    "lengths are " + found.length + " and " + asked.length + ", must be equal and not 0");
        }
        int right = 0;
        for (int i = 0; i < found.length; i++) {
            right += found[i] == asked[i] ? 1 : 0;
        }
        return (double) right / found.length;
    }
}
