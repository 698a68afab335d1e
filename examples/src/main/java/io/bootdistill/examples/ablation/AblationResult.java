package io.bootdistill.examples.ablation;

import io.bootdistill.error.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What a run came to, or the teacher: {@code result.json} in its folder, written when all is done.
 *
 * @param name of the recipe
 * @param changes its values in words; the teacher's guidance, where that is not the default
 * @param budget null for the teacher
 * @param steps of training; the teacher's of sampling
 * @param images of training
 * @param minutes of training, of the whole machine
 * @param bytes of device memory that training took, besides the teacher
 * @param values of the measures that are known, by their keys; none where it diverged
 * @param note what went wrong; empty where nothing did
 */
record AblationResult(
        String name, String changes, Budget budget, long steps, long images, double minutes, long bytes, Map<String, Double> values,
        String note) {

    private static final String FILE = "result.json";

    /** The best first: by the first measure that is ranked and known, and so on. */
    static Comparator<AblationResult> best(List<Measure> measures) {
        Comparator<AblationResult> order = (one, other) -> 0;
        for (Measure measure : measures) {
            if (measure.isRanked()) {
                order = order.thenComparing(result -> measure.rank(result.value(measure)));
            }
        }
        return order;
    }

    /** The value of a measure; NaN where it is not known. */
    double value(Measure measure) {
        return values.getOrDefault(measure.key(), Double.NaN);
    }

    /**
     * The result in a folder; null where there is none yet.
     *
     * @throws ModelFormatException if it is damaged, or of an earlier version
     */
    static AblationResult read(Path folder) {
        return JsonFiles.read(folder.resolve(FILE), AblationResult.class, result -> result.name != null && result.changes != null
                && result.values != null && !result.values.containsValue(null) && result.note != null);
    }

    AblationResult write(Path folder) throws IOException {
        Files.createDirectories(folder);
        JsonFiles.write(folder.resolve(FILE), this);
        return this;
    }
}
