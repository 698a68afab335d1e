package io.bootdistill.bench;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import io.bootdistill.device.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.openjdk.jmh.results.RunResult;

/**
 * A run of benchmarks.
 *
 * @param device the device with its instruction set
 */
record Results(String processor, int processors, String java, String device, List<Measurement> measurements) {

    private static final Gson JSON = new GsonBuilder()
            .setPrettyPrinting().disableHtmlEscaping().serializeSpecialFloatingPointValues().create();

    /** Of a run on this machine. */
    static Results of(Collection<RunResult> runs) throws IOException {
        return new Results(
                processorName(), Runtime.getRuntime().availableProcessors(), System.getProperty("java.runtime.version"),
                Devices.best().description(), runs.stream().map(Measurement::of).toList());
    }

    private static String processorName() throws IOException {
        Path file = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(file)) {
            return System.getProperty("os.arch");
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith("model name")).map(line -> line.replaceFirst(".*:\\s*", ""))
                    .findFirst().orElse(System.getProperty("os.arch"));
        }
    }

    static Results read(Path file) throws IOException {
        try {
            return JSON.fromJson(Files.readString(file), Results.class);
        } catch (JsonParseException e) {
            throw new IOException(file + " does not hold results: " + e.getMessage(), e);
        }
    }

    void write(Path file) throws IOException {
        Files.writeString(file, JSON.toJson(this) + "\n");
    }

    /** The best of two runs on one machine. */
    Results merge(Results other) {
        Map<String, Measurement> merged = new LinkedHashMap<>();
        Stream.of(this, other).flatMap(results -> results.measurements.stream())
                .forEach(measurement -> merged.merge(measurement.name(), measurement, Measurement::merge));
        return new Results(processor, processors, java, device, new ArrayList<>(merged.values()));
    }

    /** The benchmarks but for those that the others are measured against. */
    List<Measurement> benchmarks() {
        return measurements.stream()
                .filter(m -> !m.name().startsWith("Calibration.") && !m.name().startsWith("Peak."))
                .toList();
    }

    /** The best time of a benchmark over that of the calibration, run by one thread or by several as the benchmark was. */
    double ratio(Measurement measurement) {
        String calibration = "Calibration." + threads(measurement);
        return measurement.best() / find(calibration)
                .orElseThrow(() -> new IllegalStateException("the run lacks " + calibration)).best();
    }

    /** The share of the machine's peak, of arithmetic or of memory; empty where the peak or the work is not known. */
    Optional<Double> share(Measurement measurement) {
        if (measurement.flops() > 0) {
            return find("Peak.arithmetic" + capital(threads(measurement))).map(p -> measurement.gflops() / p.gflops());
        }
        return measurement.bytes() == 0 ? Optional.empty()
                : find("Peak.memory" + capital(threads(measurement))).map(p -> measurement.gbytes() / p.gbytes());
    }

    private static String threads(Measurement measurement) {
        return measurement.threads() == 1 ? "oneThread" : "twoThreads";
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private Optional<Measurement> find(String name) {
        return measurements.stream().filter(m -> m.name().equals(name)).findFirst();
    }
}
