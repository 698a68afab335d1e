package io.bootdistill.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The times are those that the schedulers of the format step at. */
@Tag("fast")
class FewStepsTest {

    private static final DiscreteSchedule THOUSAND =
            new DiscreteSchedule(IntStream.range(0, 1000).mapToDouble(i -> 1 - (i + 1) / 1001.0).toArray(), 0);

    @ParameterizedTest
    @CsvSource({
        "DDIM, 999", "DDIM, 999 499", "DDIM, 999 749 499 249", "DDIM, 999 666 332",
        "RENOISE, 999", "RENOISE, 999 499", "RENOISE, 999 759 499 259"
    })
    void indicesOfTheFormat(FewSteps sampler, String indices) {
        double[] expected = Arrays.stream(indices.split(" ")).mapToDouble(Double::parseDouble).toArray();
        assertArrayEquals(expected, times(sampler, THOUSAND, expected.length, 999), 1e-9);
    }

    @ParameterizedTest
    @CsvSource({"DDIM, 1 0.75 0.5 0.25", "RENOISE, 1 0.76 0.5 0.26"})
    void evenWhereTimesAreNoIndices(FewSteps sampler, String times) {
        double[] expected = Arrays.stream(times.split(" ")).mapToDouble(Double::parseDouble).toArray();
        assertArrayEquals(expected, times(sampler, new FlowSchedule(), expected.length, 1), 1e-12);
    }

    private static double[] times(FewSteps sampler, NoiseSchedule schedule, int n, double factor) {
        double[] times = new double[n];
        Arrays.setAll(times, i -> factor * sampler.time(schedule, i, n));
        return times;
    }
}
