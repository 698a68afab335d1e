package io.bootdistill.config;

import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Boundary;
import io.bootdistill.objective.Objective;
import io.bootdistill.objective.Trajectories;
import io.bootdistill.phase.PhaseObjective;
import io.bootdistill.phase.PixelLoss;
import java.util.List;
import java.util.stream.Stream;

/** The values of a {@link DistillationConfig}, as they are written, and what they must be beside each other. */
record DistillationValues(
        Length length, Work work, long seed, List<Phase> phases, CorrectorChoice corrector, OptimiserConfig optimiser,
        GuidanceConfig guidance, Limit clip, Evaluation evaluation, Output output) {

    private static final double ROUNDING = 1e-9;

    void check() {
        Checks.notNull("length", length);
        Checks.notNull("work", work);
        Checks.notNull("phases", phases);
        Checks.notNull("corrector", corrector);
        Checks.notNull("optimiser", optimiser);
        Checks.notNull("guidance", guidance);
        Checks.notNull("clip", clip);
        Checks.notNull("evaluation", evaluation);
        Checks.notNull("output", output);
        length.requireBatches(work.batch());
        double shares = phases.stream().mapToDouble(Phase::share).sum();
        Checks.that(Math.abs(shares - 1) <= ROUNDING, "the sum of the phases' shares", shares, "1");
        checkTargets();
        checkTimes();
        if (corrector instanceof CorrectorChoice.Given given) {
            checkStart(given.corrector().start());
        }
        for (Phase phase : phases) {
            boolean isAbsolute = phase.objective() instanceof PhaseObjective o && o.loss() == PixelLoss.ABSOLUTE;
            Checks.that(!isAbsolute || phase.weighting().isNone(), "weighting of a phase", phase.weighting(),
                    "of power 0 with the loss ABSOLUTE, which they would undo");
        }
        Checks.that(objectives().map(Objective::fewSteps).distinct().count() == 1, "objectives",
                phases.stream().map(phase -> phase.objective().key()).toList(),
                "all for students that denoise, with one sampler, or all for students of pure noise");
        Checks.that(!guidance.isGuided() || objectives().noneMatch(Objective::needsTeacherGradient), "guidance",
                guidance.range().least() + " … " + guidance.range().most(),
                "1 with an objective that needs the teacher's gradient");
    }

    /** The first step of a phase, or the end of the last. */
    long phaseStart(int phase, long steps) {
        double before = phases.subList(0, phase).stream().mapToDouble(Phase::share).sum();
        return phase == phases.size() ? steps : Math.min(steps, Math.round(before * steps));
    }

    private Stream<Objective> objectives() {
        return phases.stream().map(Phase::objective);
    }

    private void checkTargets() {
        double[] different = objectives().mapToDouble(Objective::targetEma).filter(decay -> decay != 0).distinct().toArray();
        Checks.that(different.length <= 1, "targetEma", different.length > 1 ? different[0] + " and " + different[1] : null,
                "the same in all phases that have one: there is one such average");
    }

    private void checkTimes() {
        if (objectives().noneMatch(Objective::hasTwoTimes)) {
            return;
        }
        Checks.that(objectives().noneMatch(o -> o instanceof Bootstrap b && b.boundary() instanceof Boundary.Hard), "boundary",
                "hard", "an atom or a term where a phase has a restartShare: a hard one is of students of one time");
        Checks.that(!objectives().allMatch(o -> o instanceof Trajectories t && t.end() == 1), "end of trajectories", 1.0,
                "below 1 with a restartShare, or beside another objective: nothing would teach the times between the steps");
    }

    /** From its first step on, a corrector moves what the student says of pure noise. */
    private void checkStart(double start) {
        double before = 0;
        for (Phase phase : phases) {
            double done = Math.max(0, start - before) / phase.share() + ROUNDING; // within what begins there
            int sampled = done < 1 ? phase.objective().sampledSteps(done) : 1;
            Checks.that(sampled == 1, "start of the corrector", start, "where students give samples in one step, or left out with"
                    + " noCorrector(): those of " + phase.objective().key() + " take " + sampled + " steps from there on");
            before += phase.share();
        }
    }
}
