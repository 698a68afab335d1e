package io.bootdistill.config;

import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.OptimiserConfig;

/** The values of a {@link TeacherTrainingConfig}, as they are written, and what they must be. */
record TeacherTrainingValues(
        Length length, Work work, long seed, OptimiserConfig optimiser, int nullLabel, double nullProbability,
        TextEncoderMode textEncoder, int pictures, Output output) {

    void check() {
        Checks.notNull("length", length);
        Checks.notNull("work", work);
        Checks.notNull("optimiser", optimiser);
        Checks.notNull("output", output);
        length.requireBatches(work.batch());
        Checks.that(nullLabel >= -1, "nullLabel", nullLabel, "a label, or -1 for none");
        Checks.that(nullProbability >= 0 && nullProbability <= 1, "nullProbability", nullProbability, "in [0, 1]");
        Checks.notNull("textEncoder", textEncoder);
        Checks.range("pictures", pictures, 0, 4096);
    }
}
