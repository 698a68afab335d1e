package io.bootdistill.bench;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The committed ratios to the calibration: for each device with its instruction set, benchmark by benchmark. */
final class Baseline {

    private static final Gson JSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private final Map<String, TreeMap<String, Double>> ratios;

    Baseline(Map<String, TreeMap<String, Double>> ratios) {
        this.ratios = new TreeMap<>(ratios);
    }

    /** Reads a file; one that does not exist holds no ratios. */
    static Baseline read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return new Baseline(Map.of());
        }
        try {
            return new Baseline(JSON.fromJson(
                    Files.readString(file), new TypeToken<Map<String, TreeMap<String, Double>>>() {}.getType()));
        } catch (JsonParseException e) {
            throw new IOException(file + " does not hold a baseline: " + e.getMessage(), e);
        }
    }

    void write(Path file) throws IOException {
        Files.writeString(file, JSON.toJson(ratios) + "\n");
    }

    /** The ratios of a device; none where it is new. */
    Map<String, Double> ratios(String device) {
        return ratios.getOrDefault(device, new TreeMap<>());
    }

    /** This baseline with the ratios of a run in the place of older ones. */
    Baseline with(Results results) {
        Baseline changed = new Baseline(ratios);
        TreeMap<String, Double> own = new TreeMap<>(ratios(results.device()));
        results.benchmarks().forEach(m -> own.put(m.name(), rounded(results.ratio(m))));
        changed.ratios.put(results.device(), own);
        return changed;
    }

    /** Three digits, as many as mean something. */
    private static double rounded(double ratio) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.3g", ratio));
    }
}
