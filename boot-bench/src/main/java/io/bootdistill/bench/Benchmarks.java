package io.bootdistill.bench;

import io.bootdistill.device.Devices;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs all benchmarks, or those that a regular expression names; takes JMH's options. Writes {@code boot-bench/results.json}
 * and compares it: the exit code is 1 if a benchmark has become slower than {@link Compare#THRESHOLD} allows.
 */
public final class Benchmarks {

    private Benchmarks() {}

    public static void main(String[] arguments) throws IOException, RunnerException, CommandLineOptionException {
        CommandLineOptions options = new CommandLineOptions(arguments);
        if (options.shouldHelp()) {
            options.showHelp();
            return;
        }
        ChainedOptionsBuilder builder = new OptionsBuilder()
                .parent(options)
                .timeUnit(TimeUnit.MILLISECONDS)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true);
        if (!options.getIncludes().isEmpty()) {
            options.getIncludes().forEach(builder::include);
            builder.include("Calibration").include("Peak"); // what the others are measured against
        }
        if (!options.getParameter(Operations.PARAMETER).hasValue()) {
            builder.param(Operations.PARAMETER, Operations.names().toArray(String[]::new));
        }
        if (!Devices.best().name().equals("cpu")) {
            builder.exclude("Peak"); // of this processor
        }
        offerConvolutionEngines(options, builder);
        Runner runner = new Runner(builder.build());
        if (options.shouldList()) {
            runner.list();
            return;
        }
        Results.of(runner.run()).write(Compare.RESULTS);
        Compare.main(Compare.RESULTS.toString());
    }

    private static void offerConvolutionEngines(CommandLineOptions options, ChainedOptionsBuilder builder) {
        Optional<String> obstacle = ConvolutionEngines.obstacle();
        if (obstacle.isPresent()) {
            System.out.println("skipped: ConvolutionEngines, which needs a GPU and cuDNN: " + obstacle.get());
            builder.exclude(ConvolutionEngines.class.getName());
        } else if (!options.getParameter(ConvolutionEngines.PARAMETER).hasValue()) {
            builder.param(ConvolutionEngines.PARAMETER, ConvolutionEngines.names().toArray(String[]::new));
        }
    }
}
