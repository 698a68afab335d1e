package io.bootdistill.internal.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class RoundsTest {

    @Test
    void everyStepIsInOne() {
        Rounds rounds = new Rounds(List.of(7L, 3L, 7L, 0L, 10L, 12L), 10);
        long[] first = {0, 0, 0, 3, 3, 3, 3, 7, 7, 7};
        long[] length = {3, 3, 3, 4, 4, 4, 4, 3, 3, 3};
        for (int step = 0; step < 10; step++) {
            assertEquals(first[step], rounds.first(step));
            assertEquals(length[step], rounds.length(step));
            assertEquals(step == 3 || step == 7, rounds.begins(step), "step " + step);
        }
        assertEquals(7, rounds.first(11), "beyond the end: the last");
    }

    @Test
    void runsOfOneRoundNeverBeginAgain() {
        Rounds rounds = Rounds.one(5);
        for (int step = 0; step < 8; step++) {
            assertEquals(0, rounds.first(step));
            assertEquals(5, rounds.length(step));
        }
    }
}
