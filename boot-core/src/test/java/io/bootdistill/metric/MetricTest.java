package io.bootdistill.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Philox;
import org.junit.jupiter.api.Test;

class MetricTest {

    private static float[] samples(int draw, float scale) {
        float[] values = new float[20 * 6];
        for (int i = 0; i < values.length; i++) {
            values[i] = scale * Philox.normal(3, draw, i);
        }
        return values;
    }

    private static float[] classes() {
        float[] classes = new float[20];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = i % 3;
        }
        return classes;
    }

    @Test
    void rmse() {
        assertEquals(Math.sqrt((1 + 4 + 0) / 3.0), PairedError.rmse(new float[] {1, 2, 3}, new float[] {2, 0, 3}), 1e-12);
        assertThrows(IllegalArgumentException.class, () -> PairedError.rmse(new float[1], new float[2]));
        assertArrayEquals(new float[] {-1, 0.5f, 1}, PairedError.clamp(new float[] {-3, 0.5f, 1.5f}));
    }

    @Test
    void diversityIsTheRatioOfDistances() {
        float[] teacher = samples(0, 1);
        assertEquals(1, Diversity.ratio(teacher, teacher, classes()), 1e-12);
        float[] half = teacher.clone();
        for (int i = 0; i < half.length; i++) {
            half[i] = 0.5f * half[i] + 1; // a shift changes no distance
        }
        assertEquals(0.5, Diversity.ratio(half, teacher, classes()), 1e-6);
    }

    @Test
    void firstSamplesOfAClassAreCompared() {
        int compared = 64;
        float[] teacher = new float[compared + 10]; // one value a sample, one class
        float[] student = new float[teacher.length];
        for (int i = 0; i < teacher.length; i++) {
            teacher[i] = i;
            student[i] = i < compared ? 2 * i : 1e6f * i;
        }
        assertEquals(2, Diversity.ratio(student, teacher, new float[teacher.length]), 1e-12);
        student[compared - 1] = 1e6f; // the last that counts
        assertTrue(Diversity.ratio(student, teacher, new float[teacher.length]) > 100);
    }

    @Test
    void classesWithoutPairsHaveNoRatio() {
        assertEquals(Double.NaN, Diversity.ratio(new float[] {1, 2}, new float[] {3, 4}, new float[] {0, 1}));
    }

    @Test
    void collapsedStudentIsSeen() {
        float[] collapsed = new float[20 * 6];
        assertTrue(Diversity.ratio(collapsed, samples(0, 1), classes()) < 0.01);
        // one image per class is a collapse, too, though the classes differ
        for (int i = 0; i < collapsed.length; i++) {
            collapsed[i] = classes()[i / 6];
        }
        assertTrue(Diversity.ratio(collapsed, samples(0, 1), classes()) < 0.01);
    }
}
