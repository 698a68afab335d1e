package io.bootdistill.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The times are those that the schedulers of the format step at. */
@Tag("fast")
class FewStepsTest {

    private static final DiscreteSchedule THOUSAND = linear(1000);

    private static DiscreteSchedule linear(int times) {
        return new DiscreteSchedule(IntStream.range(0, times).mapToDouble(i -> 1 - (i + 1) / (times + 1.0)).toArray(), 0);
    }

    @ParameterizedTest
    @CsvSource({
        "DDIM, 999", "DDIM, 999 499", "DDIM, 999 749 499 249", "DDIM, 999 666 332",
        "RENOISE, 999", "RENOISE, 999 499", "RENOISE, 999 759 499 259"
    })
    void indicesOfTheFormat(FewSteps sampler, String indices) {
        double[] expected = Arrays.stream(indices.split(" ")).mapToDouble(Double::parseDouble).toArray();
        assertArrayEquals(expected, times(sampler, THOUSAND, expected.length, 999), 1e-9);
    }

    /** Of 993 and of 60 times, 50 divides neither; 22 steps of 60 are rounded as floating-point numbers are. */
    @ParameterizedTest
    @CsvSource({
        "993, 992", "993, 992 496", "993, 992 661 330", "993, 992 744 496 248",
        "60, 59 57 54 51 49 46 43 40 38 35 32 30 27 24 21 19 16 13 10 8 5 2"
    })
    void indicesOfTheFormatWhereTheScheduleIsCut(int times, String indices) {
        double[] expected = Arrays.stream(indices.split(" ")).mapToDouble(Double::parseDouble).toArray();
        assertArrayEquals(expected, times(FewSteps.RENOISE, linear(times), expected.length, times - 1), 1e-9);
    }

    @Test
    void stepsOfTheSchedule() {
        assertEquals(1_000, FewSteps.DDIM.most(THOUSAND));
        assertEquals(1_000, FewSteps.DDIM.most(new FlowSchedule()));
        assertEquals(30, FewSteps.DDIM.most(linear(30)));
        assertEquals(30, FewSteps.RENOISE.most(linear(30)));
        assertEquals(50, FewSteps.RENOISE.most(linear(60)));
        assertRefused("steps is 31, must be 1 … 30", 0, 31);
        assertRefused("steps is 0, must be 1 … 30", 0, 0);
        assertRefused("step is 3, must be 0 … 2", 3, 3);
        assertRefused("step is -1, must be 0 … 2", -1, 3);
    }

    private static void assertRefused(String message, int i, int n) {
        assertEquals(message, assertThrows(
                IllegalArgumentException.class, () -> FewSteps.DDIM.time(linear(30), i, n)).getMessage());
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
