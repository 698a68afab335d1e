package io.bootdistill.examples.ablation;

import io.bootdistill.BootDistiller;
import io.bootdistill.DistillationListener;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Length;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
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
     * The images of a run. Minutes become steps by the library's own timing; reference samples and evaluations do not count.
     *
     * @param share of the machine that the run has: it gets the more of the clock
     */
    long images(BootDistiller distiller, DistillationConfig config, double share) throws IOException {
        if (!isTime) {
            return (long) amount * config.work().batch();
        }
        Fitted fitted = new Fitted();
        distiller.listener(fitted)
                .train(config.toBuilder()
                        .length(Length.time(Duration.ofMillis((long) (amount * 60_000 / share))))
                        .heldOut(0)
                        .folder(null)
                        .build())
                .close();
        return fitted.images;
    }

    /** Learns what the budget came to, and lets the run end. */
    private static final class Fitted implements DistillationListener {

        private long images;

        @Override
        public void started(DistillationConfig config, long firstStep) {
            images = config.length().images();
        }

        @Override
        public boolean shouldStop() {
            return true;
        }
    }
}
