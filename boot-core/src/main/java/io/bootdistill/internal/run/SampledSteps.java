package io.bootdistill.internal.run;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.objective.Objective;
import java.util.stream.IntStream;

/** In how many steps the student of a run gives samples, see {@link Objective#sampledSteps}: so it is measured. */
public final class SampledSteps {

    /** At which a phase is looked at for its mean: far more than it has stages. */
    private static final int POINTS = 1_000;

    private SampledSteps() {}

    /** After so many steps of the run, 1 … {@link DistillationConfig#steps}: those of the phase that the last of them is in. */
    public static int after(DistillationConfig config, long done) {
        int phase = 0;
        while (config.phaseStart(phase + 1) < done) {
            phase++;
        }
        long from = config.phaseStart(phase);
        double middle = (done - 0.5 - from) / (config.phaseStart(phase + 1) - from); // of the last step: no end of a stage
        return config.phases().get(phase).objective().sampledSteps(middle);
    }

    /** In the mean over the run, whatever its length. */
    public static double mean(DistillationConfig config) {
        return config.phases().stream().mapToDouble(phase -> phase.share() * mean(phase.objective())).sum();
    }

    private static double mean(Objective objective) {
        return IntStream.range(0, POINTS).map(i -> objective.sampledSteps((i + 0.5) / POINTS)).average().orElseThrow();
    }
}
