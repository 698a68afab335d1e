package io.bootdistill.examples.ablation;

import java.math.BigDecimal;
import java.util.Comparator;

/**
 * How long the runs of an ablation are.
 *
 * @param amount minutes of the whole machine, at least 1, or training steps
 * @param isTime whether it is minutes
 */
public record Budget(double amount, boolean isTime) implements Comparable<Budget> {

    private static final Comparator<Budget> ORDER = Comparator.comparing(Budget::isTime).thenComparing(Budget::amount);

    @Override
    public int compareTo(Budget other) {
        return ORDER.compare(this, other);
    }

    /** Its name in words: {@code 3 minutes}. */
    @Override
    public String toString() {
        return BigDecimal.valueOf(amount).stripTrailingZeros().toPlainString() + (isTime ? " minutes" : " steps");
    }

    /** The name of its folder: {@code 3-minutes}. */
    public String folder() {
        return toString().replace(' ', '-');
    }

    /**
     * The training steps of a run.
     *
     * @param pace steps in a minute of the processors that the run has
     * @param share of the machine that these are: the run gets the more of the clock
     */
    long steps(double pace, double share) {
        return isTime ? Math.max(1, (long) (amount / share * pace)) : (long) amount;
    }
}
