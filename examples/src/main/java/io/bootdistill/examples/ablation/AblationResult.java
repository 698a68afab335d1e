package io.bootdistill.examples.ablation;

import io.bootdistill.examples.ruler.Figures;
import io.bootdistill.examples.ruler.PairedFigures;
import io.bootdistill.metric.CollapseAlarm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a run came to, or the teacher: {@code result.json} in its folder, written when all is done.
 *
 * @param name of the recipe
 * @param changes its values in words
 * @param budget null for the teacher
 * @param steps of training; the teacher's of sampling
 * @param images of training
 * @param minutes of training, of the whole machine
 * @param paired null where it diverged
 * @param figures null where there were no images to compare with
 * @param note what went wrong; empty where nothing did
 */
record AblationResult(
        String name, String changes, Budget budget, long steps, long images, double minutes, PairedFigures paired,
        Figures figures, String note) {

    private static final String FILE = "result.json";

    /** What is to be noted of a student. */
    static String note(PairedFigures paired) {
        return CollapseAlarm.ofDiversity(paired.leastDiversity()).map(reason -> "collapsed").orElse("");
    }

    /** The result in a folder; null where there is none yet. */
    static AblationResult read(Path folder) throws IOException {
        return JsonFiles.read(folder.resolve(FILE), AblationResult.class);
    }

    AblationResult write(Path folder) throws IOException {
        Files.createDirectories(folder);
        JsonFiles.write(folder.resolve(FILE), this);
        return this;
    }
}
