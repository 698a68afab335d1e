package io.bootdistill.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is compared with what, and what counts as a regression. */
class ComparisonTest {

    private static final String DEVICE = "cpu (X)";

    private static Measurement measurement(String name, int threads, double best) {
        return new Measurement(name, threads, 2 * best, best, 0, 0, Double.NaN);
    }

    private static Results run(Measurement... measurements) {
        return new Results("processor", 2, "17", DEVICE, List.of(measurements));
    }

    /** A run with calibrations of 2 ms and 4 ms. */
    private static Results calibrated(Measurement measurement) {
        return run(measurement("Calibration.oneThread", 1, 2), measurement("Calibration.twoThreads", 2, 4), measurement);
    }

    private static Baseline committed(String name, double ratio) {
        return new Baseline(Map.of(DEVICE, new TreeMap<>(Map.of(name, ratio))));
    }

    @Test
    void ratioIsTheBestTimeOverThatOfTheCalibrationWithAsManyThreads() {
        Measurement alone = measurement("a", 1, 6);
        Measurement together = measurement("b", 2, 6);
        assertEquals(3, calibrated(alone).ratio(alone));
        assertEquals(1.5, calibrated(together).ratio(together));
        assertThrows(IllegalStateException.class, () -> run(alone).ratio(alone));
    }

    @Test
    void aMachineHalfAsFastHasTheSameRatios() {
        Results slow = run(measurement("Calibration.oneThread", 1, 4), measurement("a", 1, 12));
        assertEquals(1, new Comparison(slow, committed("a", 3), 1.25).rows().get(0).change());
    }

    @Test
    void moreThanTheThresholdIsARegression() {
        Results results = calibrated(measurement("a", 1, 6));
        assertEquals(1, new Comparison(results, committed("a", 2), 1.49).regressions().size());
        assertTrue(new Comparison(results, committed("a", 2), 1.49).text().contains(
                "REGRESSION: a takes 1.50 times as long as committed, allowed 1.49"));
        assertEquals(List.of(), new Comparison(results, committed("a", 2), 1.51).regressions());
        assertFalse(new Comparison(results, committed("a", 2), 1.51).text().contains("REGRESSION"));
        assertThrows(IllegalArgumentException.class, () -> new Comparison(results, committed("a", 2), 1));
    }

    @Test
    void newBenchmarksAndDevicesAreNoRegressionButSaid() {
        Results results = calibrated(measurement("a", 1, 600));
        Comparison other = new Comparison(results, committed("b", 2), 1.25);
        assertEquals(OptionalDouble.empty(), other.rows().get(0).committed());
        assertEquals(List.of(), other.regressions());
        assertFalse(other.text().contains("no ratios are committed"));
        Comparison elsewhere = new Comparison(results, new Baseline(Map.of()), 1.25);
        assertEquals(List.of(), elsewhere.regressions());
        assertTrue(elsewhere.text().contains("no ratios are committed for cpu (X)"));
    }

    @Test
    void calibrationAndPeakAreNotComparedThemselves() {
        Results results = run(measurement("Calibration.oneThread", 1, 2), measurement("Peak.memoryOneThread", 1, 2));
        assertEquals(List.of(), new Comparison(results, new Baseline(Map.of()), 1.25).rows());
    }

    @Test
    void shareOfThePeakOfArithmeticOrMemoryWithAsManyThreads() {
        Measurement arithmetic = new Measurement("a", 2, 10, 9, 5e6, 0, 0); // 0.5 GFLOP/s
        Measurement memory = new Measurement("b", 1, 10, 9, 0, 1e7, 0); // 1 GB/s
        Results results = run(arithmetic, memory,
                new Measurement("Peak.arithmeticTwoThreads", 2, 1, 1, 2e6, 0, 0),
                new Measurement("Peak.memoryOneThread", 1, 1, 1, 0, 5e6, 0));
        assertEquals(0.25, results.share(arithmetic).orElseThrow(), 1e-12);
        assertEquals(0.2, results.share(memory).orElseThrow(), 1e-12);
        assertEquals(Optional.empty(), results.share(measurement("no work", 1, 1)));
        assertEquals(Optional.empty(), run(arithmetic).share(arithmetic));
    }

    @Test
    void theBestOfTwoRuns() {
        Results first = run(measurement("a", 1, 5), measurement("b", 1, 1));
        Results second = run(measurement("a", 1, 3), measurement("b", 1, 2));
        assertEquals(List.of(3.0, 1.0), first.merge(second).measurements().stream().map(Measurement::best).toList());
    }

    /** A neighbour that disturbs one turn, calibration or benchmark, changes nothing. */
    @Test
    void aDisturbedTurnDoesNotCount() {
        Results quiet = calibrated(measurement("a", 1, 6));
        Results disturbed = run(
                measurement("Calibration.oneThread", 1, 3), measurement("Calibration.twoThreads", 2, 9),
                measurement("a", 1, 60));
        Results merged = disturbed.merge(quiet);
        assertEquals(3, merged.ratio(merged.benchmarks().get(0)));
    }
}
