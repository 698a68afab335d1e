package io.bootdistill.examples;

import io.bootdistill.examples.ablation.Budget;
import io.bootdistill.examples.ablation.Tournament;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Options that have {@code boot ablate} compare methods, each with a rate of its own, instead of recipes as they are. */
final class MethodOptions {

    /** Of a run of a method: length of one that tries a rate. */
    private static final double TUNING = 0.3;

    @Option(names = "--methods", required = true,
            description = "Compare methods: each first finds its rate of three (a third, once, three times its recipe's) in"
                    + " runs of 0.3 of the first budget, at least 1 minute, then all run for that, and the best for the other"
                    + " budgets.")
    private boolean isAsked;

    @Option(names = "--best", paramLabel = "N", description = "Methods that go on. Default: 4.")
    private int best = 4;

    @Option(names = "--seeds", paramLabel = "N", description = "Seeds that these run from, for the first budget. Default: 3.")
    private int seeds = 3;

    void require(CommandSpec spec) {
        Arguments.require(spec, best >= 1, "--best", best, "at least 1");
        Arguments.require(spec, seeds >= 1, "--seeds", seeds, "at least 1");
    }

    Tournament tournament(List<Budget> budgets) {
        Budget first = budgets.get(0);
        double amount = Math.max(1, TUNING * first.amount());
        double rounded = first.isTime() ? new BigDecimal(amount).round(new MathContext(3)).doubleValue() : Math.rint(amount);
        return new Tournament(new Budget(rounded, first.isTime()), budgets, best, seeds);
    }
}
