package io.bootdistill.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class ConditionSourceTest {

    @Test
    void labelsAreUniformOverTheRealClasses() {
        ConditionSource source = ConditionSource.labels(5, 2, 0.1);
        int[] counts = new int[5];
        float[] label = new float[1];
        int draws = 20_000;
        for (int i = 0; i < draws; i++) {
            source.draw(i * 7919L, label, 0);
            counts[(int) label[0]]++;
        }
        double deviation = 4 * Math.sqrt(draws * 0.25); // four standard deviations at most
        for (int k = 0; k < 5; k++) {
            assertEquals(draws * (k == 2 ? 0.1 : 0.225), counts[k], deviation, "label " + k);
        }
    }
}
