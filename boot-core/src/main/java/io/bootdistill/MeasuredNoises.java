package io.bootdistill;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.internal.distillation.DistillationSetup;
import io.bootdistill.internal.pipeline.Pipeline;
import io.bootdistill.internal.run.SampledSteps;
import io.bootdistill.internal.run.TimeBudget;
import io.bootdistill.internal.sampling.Trajectory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On how many held-out noises a run is measured, where its configuration leaves that open: the most whose reference samples and
 * evaluations take at most a tenth of the run; on none where these would be too few. All is counted in forward passes of one
 * sample, so that no clock decides.
 *
 * @param step cost of a mean step of the run
 * @param picture of decoding one
 * @param unit noises come in multiples of so many
 * @param isMoving whether each evaluation makes the reference anew
 * @param hasGap whether the first samples are made by the format's sampler, too
 */
record MeasuredNoises(double step, double picture, int unit, boolean isMoving, boolean hasGap) {

    private static final Logger LOG = LoggerFactory.getLogger(MeasuredNoises.class);

    /** The fewest from which figures follow that mean something. */
    static final int LEAST = 16;

    static final int MOST = 1_000;

    /** A tenth of the run, as a share of its steps. */
    private static final double SHARE = 1 / 9.0;

    /**
     * @param pipeline that decodes; null where the teacher makes pixels
     * @param isMoving whether the teacher changes between steps
     */
    static MeasuredNoises of(DistillationSetup setup, @Nullable Pipeline pipeline, boolean isMoving) {
        boolean hasGap = !isMoving && setup.teacher().scheduler() != null
                && Trajectory.startsWithSignal(setup.teacher().schedule());
        return new MeasuredNoises(setup.passes(), pipeline == null ? 0 : pipeline.decodingFlops() / setup.passFlops(),
                setup.conditions().asPrompts() != null ? HeldOut.NOISES_OF_A_PROMPT : 1, isMoving, hasGap);
    }

    /** The configuration with their number, where it is left open. */
    DistillationConfig decided(DistillationConfig config) {
        if (!config.evaluation().isAutomatic()) {
            return config;
        }
        int count = count(config);
        if (count == 0) {
            LOG.info("the run is too short to be measured: {} held-out noises would take more than a tenth of it; heldOut says"
                    + " otherwise", LEAST);
        }
        return config.toBuilder().heldOut(count).build();
    }

    private int count(DistillationConfig config) {
        int count = MOST / unit * unit;
        while (count >= LEAST && passes(config, count) > SHARE * config.steps() * step) {
            count -= unit;
        }
        return count < LEAST ? 0 : count;
    }

    /** Cost of the reference samples of so many noises, and of all evaluations. */
    private double passes(DistillationConfig config, int count) {
        double evaluations = Math.floor(config.steps() * TimeBudget.evaluationsPerStep(config)) + 1;
        double references = isMoving ? evaluations : 1;
        double reference = TimeBudget.referencePasses(config);
        return references * count * reference + evaluations * count * SampledSteps.mean(config)
                + (references + evaluations) * Math.min(count, HeldOut.SHOWN) * picture
                + (hasGap ? Math.min(count, HeldOut.GAP_SAMPLES) * reference : 0);
    }
}
