package io.bootdistill.objective;

import io.bootdistill.diffusion.Prediction;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.StepSize;
import io.bootdistill.lesson.UpdateRule;
import io.bootdistill.network.Model;

/**
 * The data-free corrector beside the phases of a run: it moves the distribution of the student's samples towards the teacher's
 * (Diff-Instruct, arXiv 2305.18455; distribution matching, 2311.18828; without data, FreeFlow, 2511.19428).
 *
 * @param share its samples beside each batch, as a share of it, in (0, 1]
 * @param start share of the run before it begins, in [0, 1)
 * @param weight λ, ≥ 0, beside a loss with residual weights of power ½, which do not apply to the corrector; beside one without,
 *     1 does as much or more
 * @param rate Adam's constant rate for the online network, after the warm-up, without a first moment, in (0, 1]
 * @param guidance how much of the guidance that is distilled its teacher has, in [0, 1]: the scale 1 + guidance·(w − 1). The online
 *     network has none: at 1, samples move on to where p(x|c)^w/p(x)^(w−1) is large, which is beyond what guided steps lead to. A
 *     teacher that is told its scale is told all of it
 */
public record Corrector(double share, double start, double weight, double rate, double guidance) {

    /** So long a run that its rate stays where it is. */
    private static final long FOREVER = 1L << 50;

    /** Checks the ranges. */
    public Corrector {
        Checks.that(share > 0 && share <= 1, "share of the corrector", share, "in (0, 1]");
        Checks.that(start >= 0 && start < 1, "start of the corrector", start, "in [0, 1)");
        Checks.atLeastZero("weight of the corrector", weight);
        Checks.that(rate > 0 && rate <= 1, "rate of the corrector", rate, "in (0, 1]");
        Checks.that(guidance >= 0 && guidance <= 1, "guidance of the corrector", guidance, "in [0, 1]");
    }

    /** A quarter, from three quarters of the run on, λ = 10, at 3e-4, half of the guidance. */
    public static Corrector defaults() {
        return new Corrector(0.25, 0.75, 10, 3e-4, 0.5);
    }

    /** Its samples beside a batch. */
    public int samples(int batch) {
        return (int) Math.max(1, Math.round(share * batch));
    }

    /** Cost of a step in forward passes of one sample: a backward pass counts two. */
    public double passes(StepSize size) {
        return samples(size.batch()) * (6.0 + size.predictionCalls());
    }

    /** Its first step of a run. */
    public long firstStep(long steps) {
        return Math.round(start * steps);
    }

    /**
     * Makes its lesson, which takes part from its first step on; the caller closes it.
     *
     * @param online the network that models the student's own distribution, taken over
     * @param onlineOutput what its output means
     * @param optimiser that of the student, whose warm-up, second moment and limit it shares
     * @param steps of the run
     */
    public Lesson lesson(Classroom room, Model online, Prediction onlineOutput, OptimiserConfig optimiser, long steps) {
        OptimiserConfig constant =
                new OptimiserConfig(UpdateRule.ADAM, rate, optimiser.warmupImages(), 0, 0, optimiser.beta2(), optimiser.clip(), 0);
        long first = firstStep(steps);
        CorrectorDraws draws =
                new CorrectorDraws(room, onlineOutput, samples(room.batch()), weight, guidance, first, steps);
        return new CorrectorLesson(room, draws, room.learner(online, constant, FOREVER, draws.blocks()), first);
    }
}
