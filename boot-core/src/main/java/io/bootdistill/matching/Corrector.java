package io.bootdistill.matching;

import io.bootdistill.diffusion.Prediction;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Learner;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.StepSize;
import io.bootdistill.lesson.UpdateRule;
import io.bootdistill.network.Graph;
import io.bootdistill.network.LowRank;
import io.bootdistill.network.Model;
import io.bootdistill.objective.Objective;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The data-free corrector beside the phases of a run: it moves the distribution of the student's samples towards the teacher's. A
 * family of methods, here without data: the corrector of FreeFlow (arXiv 2511.19428) with {@link Matching.Weighting#OUTPUT}, and
 * the default, which only weighs otherwise, with {@link Matching.Weighting#VARIANCE}; Diff-Instruct (2305.18455) with
 * {@link Matching.Weighting#FLAT}; distribution matching with {@link Matching.Weighting#ERROR} (DMD, 2311.18828), in its second
 * version with {@link OnlineSamples.Own} and several updates (2405.14867); SwiftBrush (2312.05239) with
 * {@link Matching.Weighting#NOISE}; score identity distillation with {@link Matching.Through} (SiD, 2404.04057).
 *
 * <p>A student's sample is here what it says of pure noise, in one call. So students must give samples in one step from the
 * corrector's first on, see {@link Objective#sampledSteps}: other configurations are refused. Those that denoise have a corrector
 * only where one is given; the automatic choice is none.
 *
 * @param share its samples beside each batch, as a share of it, in (0, 1]
 * @param start share of the run before it begins, in [0, 1)
 * @param weight λ, ≥ 0, beside a loss with residual weights of power ½, which do not apply to the corrector; beside one without,
 *     1 does as much or more
 * @param rate Adam's constant rate for the online network, after the warm-up, without a first moment, in (0, 1]
 * @param guidance how much of the guidance that is distilled its teacher has, in [0, 1]: the scale 1 + guidance·(w − 1). Unless
 *     the online network has as much, at 1 samples move on to where p(x|c)^w/p(x)^(w−1) is large, which is beyond what guided steps
 *     lead to. A teacher that is told its scale is told all of it
 * @param weighting w of the difference of both predictions
 * @param matching how far the gradient goes; through the networks only where the online network has samples of its own
 * @param online what the online network learns from
 * @param network what it is made of
 */
public record Corrector(
        double share, double start, double weight, double rate, double guidance, Matching.Weighting weighting, Matching matching,
        OnlineSamples online, OnlineWeights network) {

    /** So long a run that its rate stays where it is. */
    private static final long FOREVER = 1L << 50;

    /** Share of the corrector's steps at their start that the online network has to itself. */
    private static final double ALONE = 0.1;

    /** A lesson of a corrector: from its first step on, in the last of each so many steps. The caller closes it. */
    public record Part(long first, long every, Lesson lesson) {}

    /** Checks the ranges. */
    public Corrector {
        Checks.that(share > 0 && share <= 1, "share of the corrector", share, "in (0, 1]");
        Checks.that(start >= 0 && start < 1, "start of the corrector", start, "in [0, 1)");
        Checks.atLeastZero("weight of the corrector", weight);
        Checks.that(rate > 0 && rate <= 1, "rate of the corrector", rate, "in (0, 1]");
        Checks.that(guidance >= 0 && guidance <= 1, "guidance of the corrector", guidance, "in [0, 1]");
        Checks.notNull("weighting of the corrector", weighting);
        Checks.notNull("matching of the corrector", matching);
        Checks.notNull("online of the corrector", online);
        Checks.notNull("network of the corrector", network);
        Checks.that(matching instanceof Matching.Stopped || online instanceof OnlineSamples.Own, "online of the corrector",
                "shared", "own where matching goes through the networks");
    }

    /** Weighted by the noise's variance, with a stopped gradient, and samples and weights as by default. */
    public Corrector(double share, double start, double weight, double rate, double guidance) {
        this(share, start, weight, rate, guidance, Matching.Weighting.VARIANCE, new Matching.Stopped(), new OnlineSamples.Shared(),
                new OnlineWeights.Own());
    }

    /** A quarter, from three quarters of the run on, λ = 3.5, at 1e-3, half of the guidance. */
    public static Corrector defaults() {
        return new Corrector(0.25, 0.75, 3.5, 1e-3, 0.5);
    }

    /** The same with another share. */
    public Corrector withShare(double share) {
        return new Corrector(share, start, weight, rate, guidance, weighting, matching, online, network);
    }

    /** The same with another start. */
    public Corrector withStart(double start) {
        return new Corrector(share, start, weight, rate, guidance, weighting, matching, online, network);
    }

    /** The same with another λ. */
    public Corrector withWeight(double weight) {
        return new Corrector(share, start, weight, rate, guidance, weighting, matching, online, network);
    }

    /** The same with another weighting. */
    public Corrector withWeighting(Matching.Weighting weighting) {
        return new Corrector(share, start, weight, rate, guidance, weighting, matching, online, network);
    }

    /** The same with other samples of the online network. */
    public Corrector withOnline(OnlineSamples online) {
        return new Corrector(share, start, weight, rate, guidance, weighting, matching, online, network);
    }

    /** The same with another matching. */
    public Corrector withMatching(Matching matching) {
        return new Corrector(share, start, weight, rate, guidance, weighting, matching, online, network);
    }

    /** The same with another online network. */
    public Corrector withNetwork(OnlineWeights network) {
        return new Corrector(share, start, weight, rate, guidance, weighting, matching, online, network);
    }

    /** The adapter of the online network; null where that has weights of its own. */
    public @Nullable LowRank adapter() {
        return network instanceof OnlineWeights.Adapter adapted ? adapted.lowRank() : null;
    }

    /** Whether the teacher must be a network without limits, see {@link Matching.Through}. */
    public boolean needsTeacherGradient() {
        return matching instanceof Matching.Through;
    }

    /** Its samples beside a batch. */
    public int samples(int batch) {
        return (int) Math.max(1, Math.round(share * batch));
    }

    /** Cost of a mean step in forward passes of one sample: a backward pass counts two, one to the input alone one. */
    public double passes(StepSize size) {
        int taught = size.predictionCalls();
        if (!(online instanceof OnlineSamples.Own own)) {
            return samples(size.batch()) * (6.0 + taught);
        }
        double moved = 3.0 + (taught + modelledCalls(own, size)) * (needsTeacherGradient() ? 2 : 1);
        return samples(size.batch()) * (4.0 + (1 - ALONE) * moved / own.updates());
    }

    /**
     * Bytes of device memory that the networks take which it calls as they are, besides the online network and the teacher.
     *
     * @param student the network that learns, and the online one
     * @param teacher null for a function of the user's
     * @param workers that take part
     */
    public long bytes(StepSize size, Graph student, @Nullable Graph teacher, int workers) {
        if (!(online instanceof OnlineSamples.Own own)) {
            return 0;
        }
        long bytes = FrozenNetwork.bytes(student, size.block(), modelledCalls(own, size), needsTeacherGradient());
        if (needsTeacherGradient() && teacher != null) {
            bytes += FrozenNetwork.bytes(teacher, size.block(), size.predictionCalls(), true);
        }
        return workers * bytes;
    }

    /** Calls that a prediction of the online network takes, whose guidance is of its own, whatever the teacher is told. */
    private static int modelledCalls(OnlineSamples.Own own, StepSize size) {
        return own.guidance() > 0 && size.isGuided() ? 2 : 1;
    }

    /** Its first step of a run. */
    public long firstStep(long steps) {
        return Math.round(start * steps);
    }

    /**
     * Makes its lessons.
     *
     * @param model of the online network, which models the student's own distribution; taken over
     * @param onlineOutput what its output means
     * @param optimiser that of the student, whose warm-up, second moment and limit it shares
     * @param steps of the run
     */
    public List<Part> lessons(Classroom room, Model model, Prediction onlineOutput, OptimiserConfig optimiser, long steps) {
        OptimiserConfig constant =
                new OptimiserConfig(UpdateRule.ADAM, rate, optimiser.warmupImages(), 0, 0, optimiser.beta2(), optimiser.clip(), 0);
        Correction correction = correction(room.batch(), steps);
        long first = firstStep(steps);
        Scope parts = new Scope(); // the caller's, once all are there; what lessons own is theirs, too: closing twice does nothing
        try {
            parts.own(model);
            CorrectorDraws draws = new CorrectorDraws(room, onlineOutput, correction);
            Learner learner = parts.own(room.learner(model, constant, FOREVER, draws.blocks()));
            if (!(online instanceof OnlineSamples.Own own)) {
                return List.of(new Part(first, 1, new CorrectorLesson(room, draws, weighting, learner, first)));
            }
            OnlineDraws ownDraws = new OnlineDraws(room, onlineOutput, correction);
            Lesson learns = parts.own(new OnlineLesson(room, ownDraws, learner, first));
            Lesson moves = parts.own(new MatchingLesson(room, draws, correction, model));
            return List.of(new Part(first, 1, learns), new Part(correction.firstMove(), own.updates(), moves));
        } catch (RuntimeException | Error e) {
            parts.closeAfter(e);
            throw e;
        }
    }

    /** What draws and lessons of a run follow. */
    Correction correction(int batch, long steps) {
        double onlineGuidance = online instanceof OnlineSamples.Own own ? own.guidance() : 0;
        long first = firstStep(steps);
        long alone = (long) Math.ceil(ALONE * (steps - first));
        return new Correction(samples(batch), weight, weighting, matching, guidance, onlineGuidance, first + alone);
    }
}
