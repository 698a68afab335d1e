package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.examples.ablation.Budget;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The length of the runs in which methods find their rate. */
final class MethodOptionsTest {

    @ParameterizedTest
    @CsvSource({"9, true, 2.7 minutes", "2, true, 1 minutes", "1234, true, 370 minutes", "20, false, 6 steps", "1, false, 1 steps"})
    void aShareOfTheFirstBudget(double first, boolean isTime, String expected) {
        List<Budget> budgets = List.of(new Budget(first, isTime), new Budget(5_000, isTime));
        assertEquals(expected, new MethodOptions().tournament(budgets).tuning().toString());
    }
}
