package io.bootdistill.config;

import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.objective.BootstrapLoss;
import io.bootdistill.objective.BootstrapLoss.Boundary;
import io.bootdistill.objective.BootstrapLoss.Weighting;
import io.bootdistill.objective.DeltaSchedule;
import io.bootdistill.objective.Objective;
import io.bootdistill.objective.ResidualWeighting;
import io.bootdistill.objective.TimeSampling;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How a student is distilled. Immutable; made by {@link #builder()} and checked when it is built. The defaults need no change
 * for a small v-prediction teacher.
 *
 * <p>Progress is counted in images, so that schedules survive another batch size. Everything but {@code workers} and the
 * intervals of reports decides the result; the number of workers never does.
 *
 * @param images images of the whole run, a multiple of {@code batch}, at least one batch. Default 256,000
 * @param timeBudget if not null, the run times a few steps and replaces {@code images} by what fits; at least a minute.
 *     Default null
 * @param batch samples of a step, 1 … 65,536; the boundary's among them. Default 64
 * @param block samples that one worker takes through the networks at once, 1 … 4,096: a matter of speed, but part of the
 *     result's last bits. Default 16
 * @param lanes gradient sums that workers fill independently, 1 … 256; costs a gradient buffer each. Default 8
 * @param workers threads, at least 1; a GPU takes one. Default: the processors that the JVM sees
 * @param seed seed of all random numbers. Default 0
 * @param objective what the steps that do not regress on trajectories train towards; they are those that all options from here
 *     to {@code beta} are about, and {@code targetEma}. Default bootstrapping
 * @param solver how the target is made; of bootstrapping alone. Default Heun
 * @param deltaStart step δ = t − s at the first step that bootstraps, in units of t, in (0, 0.5]. Default 0.12
 * @param deltaEnd δ at the last, in (0, {@code deltaStart}]. Default 0.02
 * @param deltaSchedule how δ goes from one to the other. Default geometric
 * @param timeSampling how t is spread over a batch. Default stratified
 * @param weighting w(t). Default flat
 * @param boundary how the boundary t_max enters. Default an atom
 * @param boundaryShare share of the batch at t_max, in [0, 0.5]; at least one sample unless 0; none where it
 *     is hard. Default 1/8
 * @param beta factor of the boundary loss where it is a term of its own, ≥ 0. Default 1
 * @param restartShare share of the samples, but for {@code boundaryShare}, that start not from pure noise but from a state on
 *     the way, in [0, 0.9]; at least one sample unless 0: of those that bootstrap, from one of the student's own, of those that
 *     regress, from one of the teacher's trajectory, at least a {@code trajectorySteps}th of the way before their target, with
 *     weights 1/c² as for F̂ itself, before residual weights. The student then is given both times, and can take several steps
 *     (as flow maps do, arXiv 2406.07507); shorter ones than it has learnt are an extrapolation. For {@link
 *     Objective#BOOTSTRAP} without a hard boundary, and with a {@code trajectoryEnd} below 1 where no step bootstraps; 0.5 is a
 *     good value, with a {@code residualPower} of 0 where all steps bootstrap: residual weights made four steps worse than two
 *     there. With an ε-prediction teacher, the output of such a student is read as a v-prediction. 0: a one-step student.
 *     Default 0
 * @param residualPower p of the residual weights 1/(‖r‖² + κ)^p, in [0, 2]; 0 for none. Default 0.5
 * @param residualKappa κ of the residual weights, at least 1e-12. Default 1e-3
 * @param targetEma decay per step of the average of the student that makes the targets, in [0, 1); 0: the student itself.
 *     Default 0
 * @param trajectoryShare share of the run, at its start, that regresses on the teacher's own trajectories instead, in [0, 1];
 *     0 for none. Default 1
 * @param trajectorySteps steps of such a trajectory, by the multistep solver, 2 … 1,000; costs one teacher call more. Default 10
 * @param trajectoryUses samples that a trajectory serves, 1 … 64; as many as {@code block} where that is less. Fewer are better
 *     for each image, more for the time. Default 4
 * @param trajectoryInterval steps between two uses of a trajectory, 1 … 10,000: the longer, the less a student remembers its
 *     signal. Keeps about {@code interval·batch·(1 − 1/uses)} images in device memory; where {@code trajectoryEnd} is below 1,
 *     {@code uses} times as many, and where samples restart, {@code 2·uses} times. Default 96
 * @param trajectoryEnd share of these samples at t_min, in [0, 1]; the others are uniform from there to t_max.
 *     Default 1
 * @param correctorShare samples of the corrector beside each batch, as a share of it, in [0, 1]; 0 for none, −1: a quarter for
 *     teachers that are networks, from whose weights the online network can start, else none. Default −1
 * @param correctorStart share of the run before the corrector begins, in [0, 1). Default 0.75
 * @param correctorWeight λ, ≥ 0, beside a loss with residual weights of power ½, which do not apply to the
 *     corrector; with a {@code residualPower} of 0, 1 does as much or more. Default 10
 * @param correctorRate Adam's constant rate for the online network, after the warm-up, without a first moment, in (0, 1].
 *     Default 3e-4
 * @param updateRule how a gradient changes the weights. Default Muon
 * @param learningRate peak of the rate, in (0, 1]. Default 5e-4, the best for students that begin with a teacher's weights; from
 *     random weights, a higher one is better
 * @param warmupImages images over which the rate rises from 0; it falls to 0 by a cosine at the end. Default 3,200
 * @param weightDecay decoupled weight decay, ≥ 0. Default 0
 * @param beta1 decay of Adam's first moment, in [0, 1). Default 0.9
 * @param beta2 decay of Adam's second moment, in [0, 1). Default 0.99
 * @param gradientClip limit of the global gradient norm, for what Adam updates; 0 for none. Default 1
 * @param emaHalfLife half-life of the moving average of the weights, in images, ≥ 0. Default 2,000
 * @param guidance classifier-free guidance scale w that is distilled into the student, ≥ 0; 1 for none. Default 1
 * @param guidanceMost where above {@code guidance}, each sample draws its own w, uniform from {@code guidance} to this, and the
 *     student is given w as an input; 0: always {@code guidance}. Default 0
 * @param nullLabel label that means no condition; −1: the teacher's own. Default −1
 * @param negativeLabel label that guidance leads away from; −1: the null label. Default −1
 * @param nullProbability how often the student sees it, in [0, 1]. Default 0.1
 * @param clip limit of the teacher's prediction; 0 for none, −1: as the teacher's scheduler says, which applies to
 *     ε-prediction alone. Default −1
 * @param heldOut number of held-out noises for the quality, 0 for none. Default 1,000
 * @param referenceSteps steps of the reference sampler that the student is compared with, at least 1. Default 50
 * @param reportImages images between reports to the listener and lines of the metrics. Default 1,600
 * @param checkpointImages images between checkpoints, grids and quality figures. Default 16,000
 * @param folder where the run writes; null for nowhere. Default null
 */
public record DistillationConfig(
        long images,
        Duration timeBudget,
        int batch,
        int block,
        int lanes,
        int workers,
        long seed,
        Objective objective,
        Solver solver,
        double deltaStart,
        double deltaEnd,
        DeltaSchedule deltaSchedule,
        TimeSampling timeSampling,
        Weighting weighting,
        Boundary boundary,
        double boundaryShare,
        double beta,
        double restartShare,
        double residualPower,
        double residualKappa,
        double targetEma,
        double trajectoryShare,
        int trajectorySteps,
        int trajectoryUses,
        int trajectoryInterval,
        double trajectoryEnd,
        double correctorShare,
        double correctorStart,
        double correctorWeight,
        double correctorRate,
        UpdateRule updateRule,
        double learningRate,
        long warmupImages,
        double weightDecay,
        double beta1,
        double beta2,
        double gradientClip,
        double emaHalfLife,
        double guidance,
        double guidanceMost,
        int nullLabel,
        int negativeLabel,
        double nullProbability,
        double clip,
        int heldOut,
        int referenceSteps,
        long reportImages,
        long checkpointImages,
        Path folder) {

    /** Checks every value; see the parameters for the ranges. */
    public DistillationConfig {
        Checks.range("batch", batch, 1, 1 << 16);
        Checks.that(images >= batch && images % batch == 0, "images", images, "a positive multiple of batch " + batch);
        Checks.that(timeBudget == null || timeBudget.toSeconds() >= 60, "timeBudget", timeBudget, "at least a minute");
        Checks.range("block", block, 1, 4096);
        Checks.range("lanes", lanes, 1, 256);
        Checks.range("workers", workers, 1, 1 << 16);
        Checks.notNull("objective", objective);
        Checks.notNull("solver", solver);
        Checks.that(solver != Solver.MULTISTEP, "solver", solver, "EULER, DDIM, HEUN or MIDPOINT: a step alone has no history");
        Checks.that(deltaStart > 0 && deltaStart <= 0.5, "deltaStart", deltaStart, "in (0, 0.5]");
        Checks.that(deltaEnd > 0 && deltaEnd <= deltaStart, "deltaEnd", deltaEnd, "in (0, deltaStart " + deltaStart + "]");
        Checks.notNull("deltaSchedule", deltaSchedule);
        Checks.notNull("timeSampling", timeSampling);
        Checks.notNull("weighting", weighting);
        Checks.notNull("boundary", boundary);
        Checks.that(objective == Objective.BOOTSTRAP || boundary != Boundary.HARD, "objective", objective,
                "BOOTSTRAP with a hard boundary");
        Checks.that(objective != Objective.PINN || guidance == 1 && guidanceMost == 0 && targetEma == 0, "objective", objective,
                "BOOTSTRAP or DERIVATIVE with guidance or a target average");
        Checks.that(boundaryShare >= 0 && boundaryShare <= 0.5, "boundaryShare", boundaryShare, "in [0, 0.5]");
        Checks.atLeastZero("beta", beta);
        Checks.that(restartShare >= 0 && restartShare <= 0.9, "restartShare", restartShare, "in [0, 0.9]");
        Checks.that(restartShare == 0 || objective == Objective.BOOTSTRAP, "restartShare", restartShare,
                "0 with the objective " + objective + ", which follows the path from pure noise alone");
        boolean bootstraps = trajectoryShare < 1;
        Checks.that(bootstraps || objective == Objective.BOOTSTRAP, "objective", objective,
                "BOOTSTRAP with a trajectoryShare of 1: no step would have another");
        Checks.that(bootstraps || boundary != Boundary.HARD, "boundary", boundary,
                "ATOM or TERM with a trajectoryShare of 1, where no step has a boundary");
        Checks.that(bootstraps || targetEma == 0, "targetEma", targetEma,
                "0 with a trajectoryShare of 1, where the teacher alone makes targets");
        Checks.that(restartShare == 0 || bootstraps || trajectoryEnd < 1, "restartShare", restartShare,
                "0 where trajectoryShare and trajectoryEnd are 1: nothing would teach the times between the steps");
        Checks.that(restartShare == 0 || boundary != Boundary.HARD, "restartShare", restartShare,
                "0 with a hard boundary, which is of students of one time");
        Checks.that(residualPower >= 0 && residualPower <= 2, "residualPower", residualPower, "in [0, 2]");
        Checks.that(residualKappa >= 1e-12 && Double.isFinite(residualKappa), "residualKappa", residualKappa,
                "finite and at least 1e-12");
        Checks.that(targetEma >= 0 && targetEma < 1, "targetEma", targetEma, "in [0, 1)");
        Checks.that(trajectoryShare >= 0 && trajectoryShare <= 1, "trajectoryShare", trajectoryShare, "in [0, 1]");
        Checks.range("trajectorySteps", trajectorySteps, 2, 1000);
        Checks.that(trajectorySteps > 2 || restartShare == 0 || trajectoryShare == 0, "trajectorySteps", trajectorySteps,
                "at least 3 with a restartShare: two leave no state to start from");
        Checks.range("trajectoryUses", trajectoryUses, 1, 64);
        Checks.range("trajectoryInterval", trajectoryInterval, 1, 10_000);
        Checks.that(trajectoryEnd >= 0 && trajectoryEnd <= 1, "trajectoryEnd", trajectoryEnd, "in [0, 1]");
        Checks.that(correctorShare == -1 || correctorShare >= 0 && correctorShare <= 1, "correctorShare", correctorShare,
                "in [0, 1], or -1 for the default of the teacher");
        Checks.that(correctorStart >= 0 && correctorStart < 1, "correctorStart", correctorStart, "in [0, 1)");
        Checks.atLeastZero("correctorWeight", correctorWeight);
        Checks.that(correctorRate > 0 && correctorRate <= 1, "correctorRate", correctorRate, "in (0, 1]");
        Checks.notNull("updateRule", updateRule);
        Checks.that(learningRate > 0 && learningRate <= 1, "learningRate", learningRate, "in (0, 1]");
        Checks.that(warmupImages >= 0, "warmupImages", warmupImages, "at least 0");
        Checks.atLeastZero("weightDecay", weightDecay);
        Checks.that(beta1 >= 0 && beta1 < 1, "beta1", beta1, "in [0, 1)");
        Checks.that(beta2 >= 0 && beta2 < 1, "beta2", beta2, "in [0, 1)");
        Checks.atLeastZero("gradientClip", gradientClip);
        Checks.atLeastZero("emaHalfLife", emaHalfLife);
        Checks.atLeastZero("guidance", guidance);
        Checks.that(guidanceMost == 0 || guidanceMost > guidance && Double.isFinite(guidanceMost), "guidanceMost", guidanceMost,
                "above guidance " + guidance + ", or 0 for a fixed scale");
        Checks.that(nullLabel >= -1, "nullLabel", nullLabel, "a label, or -1 for the teacher's own");
        Checks.that(negativeLabel >= -1, "negativeLabel", negativeLabel, "a label, or -1 for the null label");
        Checks.that(nullProbability >= 0 && nullProbability <= 1, "nullProbability", nullProbability, "in [0, 1]");
        Checks.that(clip == -1 || clip >= 0 && Double.isFinite(clip), "clip", clip, "at least 0, or -1 for the scheduler's");
        Checks.range("heldOut", heldOut, 0, 1 << 20);
        Checks.range("referenceSteps", referenceSteps, 1, 1 << 20);
        Checks.that(reportImages >= 1, "reportImages", reportImages, "at least 1");
        Checks.that(checkpointImages >= 1, "checkpointImages", checkpointImages, "at least 1");
    }

    /** A builder that holds the defaults. */
    public static DistillationConfigBuilder builder() {
        return new DistillationConfigBuilder();
    }

    /**
     * A builder that holds the paper's recipe (arXiv 2306.05544, §4): bootstrapping all the way, by DDIM steps of a fixed
     * δ = 0.05, independent uniform times, a weight of 1/δ², and the boundary as a loss of its own; no corrector. Its
     * optimiser is Adam, here at a rate of 3e-4 over 160,000 images. What the paper leaves open is as in {@link #builder()}.
     */
    public static DistillationConfigBuilder paper() {
        return builder()
                .images(160_000).updateRule(UpdateRule.ADAM).learningRate(3e-4)
                .trajectoryShare(0).correctorShare(0).residualPower(0).solver(Solver.DDIM)
                .deltaStart(0.05).deltaEnd(0.05).deltaSchedule(DeltaSchedule.FIXED).timeSampling(TimeSampling.UNIFORM)
                .weighting(Weighting.INVERSE_DELTA_SQUARED).boundary(Boundary.TERM);
    }

    /**
     * A builder that holds the values of a run's {@code config.json}; workers, folder and time budget are not among them.
     *
     * @throws ModelFormatException naming the file and the key that is missing, unknown or not allowed
     */
    public static DistillationConfigBuilder read(Path file) {
        DistillationConfigBuilder builder = builder();
        ConfigJson.read(file, DistillationConfig.class, builder, builder::build);
        return builder;
    }

    /** A builder that holds these values. */
    public DistillationConfigBuilder toBuilder() {
        return new DistillationConfigBuilder(this);
    }

    /** Number of training steps. */
    public long steps() {
        return images / batch;
    }

    /** Samples of a batch at t_max. */
    public int boundarySamples() {
        return boundaryShare == 0 || boundary == Boundary.HARD
                ? 0
                : Math.min(batch - 1, Math.max(1, (int) Math.round(batch * boundaryShare)));
    }

    /** Samples of a batch that bootstrap. */
    public int bootstrapSamples() {
        return batch - boundarySamples();
    }

    /** Samples of a batch that start from a state on the way. */
    public int restartSamples() {
        int most = bootstrapSamples() - 1; // states are nothing without what pure noise teaches
        return restartShare == 0 ? 0 : Math.max(1, Math.min(most, (int) Math.round(bootstrapSamples() * restartShare)));
    }

    /** Number of training steps at the start that regress on trajectories. */
    public long regressions() {
        return Math.round(trajectoryShare * steps());
    }

    /** Samples of the corrector beside a batch. */
    public int correctedSamples() {
        return correctorShare <= 0 ? 0 : (int) Math.max(1, Math.round(correctorShare * batch));
    }

    /** The first training step with the corrector. */
    public long correctorFirstStep() {
        return Math.round(correctorStart * steps());
    }

    /** The online network follows the student at a constant rate. */
    public OptimiserSettings onlineOptimiser() {
        long forever = 1L << 50;
        return new OptimiserSettings(forever, batch, UpdateRule.ADAM, correctorRate, warmupImages, 0, 0, beta2, gradientClip, 0);
    }

    /** Whether each sample draws its own guidance scale. */
    public boolean drawsGuidance() {
        return guidanceMost > 0;
    }

    public boolean isGuided() {
        return guidance != 1 || drawsGuidance();
    }

    public GuidanceRange guidanceRange() {
        return new GuidanceRange(guidance, drawsGuidance() ? guidanceMost : guidance);
    }

    public ResidualWeighting residualWeighting() {
        return new ResidualWeighting((float) residualPower, (float) residualKappa);
    }

    public BootstrapLoss loss() {
        return new BootstrapLoss(weighting, boundary, beta);
    }

    public OptimiserSettings optimiser() {
        return new OptimiserSettings(
                steps(), batch, updateRule, learningRate, warmupImages, weightDecay, beta1, beta2, gradientClip, emaHalfLife);
    }
}
