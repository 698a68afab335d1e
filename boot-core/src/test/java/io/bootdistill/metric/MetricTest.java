package io.bootdistill.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Philox;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
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
    void psnr() {
        assertEquals(20, PairedError.psnr(new float[] {0.1f, -0.3f}, new float[] {0.3f, -0.1f}), 1e-5); // RMSE 0.2
        assertEquals(Double.POSITIVE_INFINITY, PairedError.psnr(new float[] {1}, new float[] {1}));
    }

    @Test
    void classAccuracy() {
        assertEquals(0.75, ClassAccuracy.of(new int[] {1, 2, 3, 0}, new int[] {1, 2, 3, 4}));
        assertThrows(IllegalArgumentException.class, () -> ClassAccuracy.of(new int[1], new int[2]));
        assertThrows(IllegalArgumentException.class, () -> ClassAccuracy.of(new int[0], new int[0]));
    }

    @Test
    void diversityOfEachClass() {
        float[] teacher = samples(0, 1);
        float[] student = teacher.clone();
        float[] classes = classes();
        for (int i = 0; i < student.length; i++) {
            student[i] *= classes[i / 6] == 1 ? 0.25f : 1;
        }
        assertEquals(Map.of(0f, 1.0, 1f, 0.25, 2f, 1.0), Diversity.perClass(student, teacher, classes));
        assertEquals(0.75, Diversity.ratio(student, teacher, classes), 1e-12);
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
