package io.bootdistill.internal.run;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.internal.denoising.DenoisingTrainer;
import io.bootdistill.internal.distillation.Trainer;
import io.bootdistill.internal.distillation.TrajectoryDraws;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.objective.BootstrapLoss.Boundary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/** Turns a time budget into a number of images, once, before a run: from then on nothing depends on the clock. */
public final class TimeBudget {

    private static final int WARM_UP = 3;
    private static final int TIMED = 9;

    /** Share of the budget for steps and evaluations; the rest is for start-up, files and a machine that slows down. */
    private static final double SHARE = 0.9;

    private TimeBudget() {}

    /** Steps of a run that make the same calls. */
    private record Phase(long first, long steps, boolean isRegression, boolean isCorrected) {}

    private static List<Phase> phases(DistillationConfig config) {
        long corrected = config.correctedSamples() == 0 ? config.steps() : config.correctorFirstStep();
        long[] starts = LongStream.of(0, config.regressions(), corrected, config.steps()).sorted().toArray();
        List<Phase> phases = new ArrayList<>();
        for (int i = 0; i < starts.length - 1; i++) {
            if (starts[i] < starts[i + 1]) {
                phases.add(new Phase(starts[i], starts[i + 1] - starts[i], starts[i] < config.regressions(),
                        starts[i] >= corrected));
            }
        }
        return phases;
    }

    /**
     * Times a few steps of each phase.
     *
     * @param state the trainer's
     * @throws IllegalArgumentException if the budget leaves no time for a step
     */
    public static DistillationConfig fit(DistillationConfig config, TrainingState state, Trainer trainer) {
        double seconds = 0;
        for (Phase phase : phases(config)) {
            state.step = phase.first;
            seconds += secondsPerStep(trainer::run) * phase.steps / config.steps();
        }
        long steps = steps(config, seconds);
        return config.toBuilder().images(steps * config.batch()).timeBudget(null).build();
    }

    /** The images of a teacher's training that fit its budget: its pictures take little time. */
    public static TeacherTrainingConfig fit(TeacherTrainingConfig config, DenoisingTrainer trainer) {
        long steps = Math.max(1, (long) (SHARE * config.timeBudget().toSeconds() / secondsPerStep(trainer::run)));
        return config.toBuilder().images(steps * config.batch()).timeBudget(null).build();
    }

    private static double secondsPerStep(Runnable step) {
        double[] seconds = new double[TIMED];
        for (int i = -WARM_UP; i < TIMED; i++) {
            long start = System.nanoTime();
            step.run();
            if (i >= 0) {
                seconds[i] = (System.nanoTime() - start) * 1e-9;
            }
        }
        Arrays.sort(seconds);
        return seconds[TIMED / 2];
    }

    /**
     * The steps that fit, with the reference samples before them and the evaluations between: at most one per
     * {@code checkpointImages}, none without a step, and one at the end.
     */
    public static long steps(DistillationConfig config, double secondsPerStep) {
        double passes = 0;
        for (Phase phase : phases(config)) {
            passes += passes(config, phase) * phase.steps / config.steps();
        }
        double secondsPerPass = secondsPerStep / passes;
        double reference = secondsPerPass * config.heldOut() * referencePasses(config);
        double evaluation = secondsPerPass * config.heldOut();
        double evaluationsPerStep = Math.min(1, (double) config.batch() / config.checkpointImages());
        double left = SHARE * config.timeBudget().toSeconds() - reference - evaluation;
        long steps = (long) (left / (secondsPerStep + evaluation * evaluationsPerStep));
        if (steps < 1) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "timeBudget is %s, too short: evaluating on %d held-out noises takes about %.0f s and a step %.1f s of the"
                            + " %.0f s that it leaves; lower heldOut or raise timeBudget",
                    config.timeBudget(), config.heldOut(), reference + evaluation, secondsPerStep,
                    SHARE * config.timeBudget().toSeconds()));
        }
        return steps;
    }

    /** Cost of a step, in forward passes of one sample: a backward pass counts two, a guided prediction is two passes. */
    private static double passes(DistillationConfig config, Phase phase) {
        double corrected = phase.isCorrected ? config.correctedSamples() * (6.0 + guidedPasses(config)) : 0;
        if (phase.isRegression) {
            double fresh = (double) TrajectoryDraws.fresh(config, config.block()) / config.block();
            double trajectory = (config.trajectorySteps() + 1) * fresh * guidedPasses(config);
            return config.batch() * (3 + trajectory) + corrected;
        }
        int predictions = (config.solver().callsTwice() ? 2 : 1) + (config.boundary() == Boundary.HARD ? 1 : 0);
        double bootstrap = switch (config.objective()) {
            case BOOTSTRAP -> 4 + predictions * guidedPasses(config); // the student at t, at s, and backwards
            case DERIVATIVE -> 5 + guidedPasses(config); // with a tangent at t
            case PINN -> 12 + 4; // before and after t, backwards from there, and the teacher backwards
        };
        double boundary = 3 + guidedPasses(config);
        return config.bootstrapSamples() * bootstrap + config.restartSamples() // their first look, from the noise
                + config.boundarySamples() * boundary + corrected;
    }

    /** Cost of one reference sample. */
    private static double referencePasses(DistillationConfig config) {
        int predictions = config.referenceSteps() == 1 ? 1 : config.referenceSteps() + 1;
        return (double) predictions * guidedPasses(config);
    }

    private static int guidedPasses(DistillationConfig config) {
        return config.isGuided() ? 2 : 1;
    }
}
