package io.bootdistill.examples.ablation;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What all runs of an ablation have in common, kept in its folder as {@code ablation.json}.
 *
 * @param seed of all runs
 * @param heldOut noises that the models are measured on
 * @param device that they run on
 * @param processors of the machine
 * @param workers of a run
 * @param teacher key of the teacher, see {@link FileKey}
 * @param prompts key of the prompts; null for a teacher that reads none
 * @param guidance that recipes differ from, in words; null for none
 * @param images key of the images that samples are compared with; null where there are none
 * @param extractor key of the extractor; likewise
 */
public record Setting(
        long seed, int heldOut, String device, int processors, int workers, String teacher, String prompts, String guidance,
        String images, String extractor) {

    private static final String FILE = "ablation.json";

    /** The share of the machine that a run has. */
    public double share() {
        return (double) workers / processors;
    }

    /**
     * Writes the file of a new ablation; for one that goes on, requires that it is the same.
     *
     * @throws IllegalArgumentException naming both where it differs
     */
    void settle(Path folder) throws IOException {
        Setting found = JsonFiles.read(folder.resolve(FILE), Setting.class, setting -> true);
        if (found == null) {
            JsonFiles.write(folder.resolve(FILE), this);
        } else if (!found.equals(this)) {
            throw new IllegalArgumentException("the ablation in " + folder + " was begun otherwise: "
                    + JsonFiles.differences(found, this) + "; go on as before, or choose another --out");
        }
    }
}
