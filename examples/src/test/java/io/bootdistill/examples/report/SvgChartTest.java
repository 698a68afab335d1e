package io.bootdistill.examples.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SvgChartTest {

    @Test
    void linearTicksAreRound() {
        assertEquals(List.of(0.0, 2.0, 4.0, 6.0, 8.0), Scale.linear(0, 9.5, 0, 1).ticks());
        assertEquals(5, Scale.linear(0, 0.041, 0, 1).ticks().size());
        assertEquals("0.02", Scale.text(Scale.linear(0, 0.041, 0, 1).ticks().get(2)));
    }

    @Test
    void logarithmicTicksLieWithin() {
        assertEquals(List.of(0.05, 0.1, 0.2), Scale.logarithmic(0.05, 0.3, 0, 1).ticks());
        assertEquals(List.of(1e-4, 1e-3, 1e-2, 1e-1, 1.0), Scale.logarithmic(1e-4, 1, 0, 1).ticks());
        assertEquals(0.5, Scale.logarithmic(0.01, 1, 0, 1).place(0.1), 1e-12);
    }

    @Test
    void pointsAreWhereTheyBelong() {
        SvgChart chart = new SvgChart("title", "x", false)
                .line("y", new double[] {0, 5, 10}, new double[] {0, Double.NaN, 4});
        assertTrue(chart.svg().contains("points=\"62.0,236.0 506.0,34.0\""), chart.svg());
        assertTrue(new SvgChart("title", "x", true).line("y", new double[] {1}, new double[] {0}).isEmpty());
    }

    /** A damaged table may hold any number: ticks up to these had no end. */
    @Test
    void whatNoFigureIsIsLeftOut() {
        for (boolean logarithmic : new boolean[] {false, true}) {
            for (double value : new double[] {Double.MAX_VALUE, Double.POSITIVE_INFINITY, 5e-324}) {
                SvgChart chart = new SvgChart("title", "x", logarithmic)
                        .line("y", new double[] {1, 2, value}, new double[] {1, value, 2}).level("level", value);
                assertTrue(chart.svg().length() < 5000, chart.svg());
            }
        }
    }
}
