package io.bootdistill.internal.run;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.internal.training.Trainer.Assigned;
import io.bootdistill.internal.training.Trainer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Turns a time budget into a number of steps, once, before a run: from then on nothing depends on the clock. */
public final class TimeBudget {

    /** Steps of the run that is timed, whose parts have the shares of the run that is sought. */
    public static final long PROVISIONAL_STEPS = 10_000;

    private static final int WARM_UP = 3;
    private static final int TIMED = 9;

    /** The timing of a kind of step ends after this part of the budget. */
    private static final int TIMING = 20;

    /** Share of the budget for steps and evaluations; the rest is for start-up, files and a machine that slows down. */
    private static final double SHARE = 0.9;

    /** Share of the steps that would fit without evaluations, which may take the rest: a tenth of the run. */
    public static final double SHARE_OF_STEPS = 0.9;

    private TimeBudget() {}

    /**
     * What a mean step costs.
     *
     * @param seconds here and now
     * @param passes forward passes of one sample
     */
    public record Cost(double seconds, double passes) {}

    /**
     * Seconds of a mean step: times a few of each part of a run that makes the same calls, without counting them; where they are
     * slow, as few as take a twentieth of the budget.
     */
    public static double seconds(Trainer trainer, long steps, Duration budget) {
        long limit = budget.toNanos() / TIMING;
        double seconds = 0;
        for (long[] part : parts(trainer.assigned(), steps)) {
            Assigned seldom = seldom(trainer.assigned(), part[0]);
            long period = seldom.every();
            long with = part[0] + period - 1 - (part[0] - seldom.from()) % period; // parts begin between its steps, too
            long without = with == part[0] ? part[0] + 1 : part[0];
            long all = part[1] - part[0];
            long withCount = count(with, period, part[1]);
            seconds += withCount == 0 ? 0 : withCount * secondsPerStep(trainer, with, period, part[1], limit);
            seconds += withCount == all ? 0 : (all - withCount) * secondsPerStep(trainer, without, period, part[1], limit);
        }
        return seconds / steps;
    }

    /** The lesson of a part that takes part in the fewest steps: there is one kind that leaves steps out. */
    private static Assigned seldom(List<Assigned> lessons, long step) {
        return lessons.stream().filter(one -> one.from() <= step && step < one.to())
                .max(Comparator.comparingLong(Assigned::every)).orElseThrow();
    }

    /** Steps from the first on, a period apart, before an end: 0 where it lies behind, by less than a period. */
    private static long count(long first, long period, long end) {
        return (end - first + period - 1) / period;
    }

    /** First step, and the step after the last, of all parts in which the same lessons take part. */
    private static List<long[]> parts(List<Assigned> lessons, long steps) {
        long[] bounds = lessons.stream().flatMap(one -> Stream.concat(Stream.of(one.from(), one.to()), one.lesson().stages().stream()))
                .flatMapToLong(LongStream::of).filter(step -> step <= steps).sorted().distinct().toArray();
        return LongStream.range(0, bounds.length - 1).mapToObj(i -> new long[] {bounds[(int) i], bounds[(int) i + 1]}).toList();
    }

    private static double secondsPerStep(Trainer trainer, long first, long period, long end, long limit) {
        double[] seconds = new double[WARM_UP + TIMED];
        long last = count(first, period, end) - 1;
        long begin = System.nanoTime();
        int done = 0;
        do {
            long start = System.nanoTime();
            trainer.rehearse(first + Math.min(done, last) * period); // a part may be shorter
            seconds[done++] = (System.nanoTime() - start) * 1e-9;
        } while (done < seconds.length && System.nanoTime() - begin < limit);
        double[] timed = Arrays.copyOfRange(seconds, Math.min(WARM_UP, done - 1), done);
        Arrays.sort(timed);
        return timed[timed.length / 2];
    }

    /**
     * The steps of a teacher's training that fit its budget: its pictures take little time.
     *
     * @param seconds of a step
     */
    public static long steps(TeacherTrainingConfig config, double seconds) {
        return Math.max(1, (long) (SHARE * config.length().timeBudget().toSeconds() / seconds));
    }

    /**
     * The steps of a distillation that fit its budget, with the reference samples before them and the evaluations between: at
     * most one per {@code checkpointImages}, none without a step, and one at the end.
     *
     * @throws IllegalArgumentException if the budget leaves no time for a step
     */
    public static long steps(DistillationConfig config, Cost cost) {
        double secondsPerPass = cost.seconds / cost.passes;
        int heldOut = config.evaluation().heldOut();
        double reference = secondsPerPass * heldOut * referencePasses(config);
        double evaluation = secondsPerPass * heldOut * SampledSteps.mean(config);
        double evaluationsPerStep = evaluationsPerStep(config);
        double budget = SHARE * config.length().timeBudget().toSeconds();
        long steps = (long) ((budget - reference - evaluation) / (cost.seconds + evaluation * evaluationsPerStep));
        if (steps < 1) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "timeBudget is %d s, too short: evaluating on %d held-out noises takes about %.0f s and a step %.1f s of the"
                            + " %.0f s that it leaves; %sraise timeBudget",
                    config.length().timeBudget().toSeconds(), heldOut, reference + evaluation, cost.seconds, budget,
                    heldOut > 0 ? "lower heldOut or " : ""));
        }
        return steps;
    }

    /** Evaluations after a step, in the mean, besides the last. */
    public static double evaluationsPerStep(DistillationConfig config) {
        return Math.min(1, (double) config.work().batch() / config.output().checkpointImages());
    }

    /** Cost of one reference sample. */
    public static double referencePasses(DistillationConfig config) {
        int steps = config.evaluation().referenceSteps();
        int predictions = steps == 1 ? 1 : steps + 1;
        return (double) predictions * (config.guidance().isGuided() ? 2 : 1);
    }
}
