package io.bootdistill.bench;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * A few benchmarks in a minute, for every change: finds a kernel that has lost its vectors or a step that has doubled, not
 * the last per cent. The exit code is 1 if one takes more than {@link #THRESHOLD} times as long as committed.
 *
 * <p>It does not fail by chance on a busy machine. Everything runs on one thread. Calibration and benchmarks take turns, so
 * that a slow spell of the machine meets both. Of each, the best iteration of several JVMs counts, and noise only adds time:
 * a neighbour would have to spare the calibration once, but none of ninety iterations of a benchmark by half its time, over
 * all turns; and then none of as many in the second attempt, whose iterations are added to those of the first.
 */
public final class Guard {

    static final double THRESHOLD = 2;

    private static final int TURNS = 3;
    private static final int ATTEMPTS = 2;

    /** A convolution that arithmetic bounds, a normalisation that memory bounds, attention, the optimiser. */
    static final List<String> OPERATIONS = List.of(
            "convForward 8×16×16 64→64 shift gradient", "groupNormBackward 8×256×32 groups 8 silu accumulate",
            "attentionForward 8×64 queries 64 keys heads 2×32", "adamW 1114224 [0, 1114224)");

    private Guard() {}

    public static void main(String[] arguments) throws IOException, RunnerException {
        System.setProperty("jmh.ignoreLock", "true"); // another run on this machine is noise like any other
        Baseline baseline = Baseline.read(Compare.BASELINE);
        Results best = turn();
        Comparison comparison = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            for (int i = attempt == 0 ? 1 : 0; i < TURNS; i++) {
                best = best.merge(turn());
            }
            comparison = new Comparison(best, baseline, THRESHOLD);
            if (comparison.regressions().isEmpty()) {
                break;
            }
        }
        System.out.println(comparison.text());
        if (!comparison.regressions().isEmpty()) {
            System.exit(1);
        }
    }

    private static Results turn() throws IOException, RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("Calibration.oneThread")
                .include("UNetPasses.forwardBackward")
                .include("Operations.call")
                .param(Operations.PARAMETER, OPERATIONS.toArray(String[]::new))
                .timeUnit(TimeUnit.MILLISECONDS)
                .forks(1)
                .warmupIterations(4)
                .warmupTime(TimeValue.milliseconds(100))
                .measurementIterations(30)
                .measurementTime(TimeValue.milliseconds(20))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        Collection<RunResult> runs = new Runner(options.build()).run();
        return Results.of(runs);
    }
}
