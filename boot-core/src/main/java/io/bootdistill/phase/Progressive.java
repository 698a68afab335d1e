package io.bootdistill.phase;

import io.bootdistill.internal.work.Checks;
import java.util.ArrayList;
import java.util.List;

/**
 * Progressive distillation (arXiv 2202.00512): in each round, the student learns to do in one step what its teacher does in two;
 * then it is the teacher. With guidance, the first round's teacher is guided; where the student is given the scale, so are those of
 * later rounds, by their input (arXiv 2210.03142).
 *
 * @param steps of the teacher in the first round, 2 … 1,024
 * @param ends steps of the student in the last, 1 … 512: {@code steps} halved once or more
 * @param last share of the last round, in [0.01, 0.59]; that before has two thirds of it, the others the rest. Of two rounds, both
 *     have all; a single one is the whole
 * @param weighting of noise levels
 * @param walks how they are made and shared
 */
public record Progressive(int steps, int ends, double last, SnrWeighting weighting, Walks walks) implements PhaseObjective {

    /** Checks the ranges. */
    public Progressive {
        Checks.range("steps of progressive", steps, 2, 1024);
        Checks.that(ends >= 1 && ends < steps && steps % ends == 0 && Integer.bitCount(steps / ends) == 1, "ends of progressive",
                ends, "at least 1, and steps, " + steps + ", halved once or more");
        Checks.that(last >= 0.01 && last <= 0.59, "last of progressive", last, "in [0.01, 0.59]");
        Checks.notNull("weighting of progressive", weighting);
        Checks.notNull("walks of progressive", walks);
    }

    /** 32 → 16 → 8 → 4 → 2 → 1 steps in an eighth, an eighth, an eighth, a quarter and three eighths of the run. */
    public static Progressive defaults() {
        return new Progressive(32, 1, 0.375, SnrWeighting.TRUNCATED, Walks.defaults());
    }

    /** The same from and to other steps. */
    public Progressive withSteps(int steps, int ends) {
        return new Progressive(steps, ends, last, weighting, walks);
    }

    /** The same with another share of the last round. */
    public Progressive withLast(double last) {
        return new Progressive(steps, ends, last, weighting, walks);
    }

    /** The same with another weighting. */
    public Progressive withWeighting(SnrWeighting weighting) {
        return new Progressive(steps, ends, last, weighting, walks);
    }

    /** The same with other walks. */
    public Progressive withWalks(Walks walks) {
        return new Progressive(steps, ends, last, weighting, walks);
    }

    @Override
    public String key() {
        return "progressive";
    }

    /** Each learns at every second point where two steps lead. */
    @Override
    public List<Stage> stages() {
        int rounds = Integer.numberOfTrailingZeros(steps / ends);
        List<Stage> stages = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            int grid = steps >> round;
            stages.add(new Stage(share(round, rounds), round, grid, 2, 2, true, Math.min(walks.uses(), grid / 2)));
        }
        return stages;
    }

    private double share(int round, int rounds) {
        if (rounds <= 2) {
            return rounds == 1 ? 1 : round == 1 ? 0.6 : 0.4;
        }
        double before = last * 2 / 3;
        return round == rounds - 1 ? last : round == rounds - 2 ? before : (1 - last - before) / (rounds - 2);
    }
}
