package io.bootdistill.config;

import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.Json;
import io.bootdistill.objective.BootstrapLoss.Boundary;
import io.bootdistill.objective.BootstrapLoss.Weighting;
import io.bootdistill.objective.DeltaSchedule;
import io.bootdistill.objective.Objective;
import io.bootdistill.objective.TimeSampling;
import java.nio.file.Path;
import java.time.Duration;

/** Builds a {@link DistillationConfig}; each method sets the value of its name. */
public final class DistillationConfigBuilder {

    private long images = 256_000;
    private Duration timeBudget;
    private int batch = 64;
    private int block = 16;
    private int lanes = 8;
    private int workers = Runtime.getRuntime().availableProcessors();
    private long seed;
    private Objective objective = Objective.BOOTSTRAP;
    private Solver solver = Solver.HEUN;
    private double deltaStart = 0.12;
    private double deltaEnd = 0.02;
    private DeltaSchedule deltaSchedule = DeltaSchedule.GEOMETRIC;
    private TimeSampling timeSampling = TimeSampling.STRATIFIED;
    private Weighting weighting = Weighting.FLAT;
    private Boundary boundary = Boundary.ATOM;
    private double boundaryShare = 0.125;
    private double beta = 1;
    private double restartShare;
    private double residualPower = 0.5;
    private double residualKappa = 1e-3;
    private double targetEma;
    private double trajectoryShare = 1;
    private int trajectorySteps = 10;
    private int trajectoryUses = 4;
    private int trajectoryInterval = 96;
    private double trajectoryEnd = 1;
    private double correctorShare = -1;
    private double correctorStart = 0.75;
    private double correctorWeight = 10;
    private double correctorRate = 3e-4;
    private UpdateRule updateRule = UpdateRule.MUON;
    private double learningRate = 5e-4;
    private long warmupImages = 3_200;
    private double weightDecay;
    private double beta1 = 0.9;
    private double beta2 = 0.99;
    private double gradientClip = 1;
    private double emaHalfLife = 2_000;
    private double guidance = 1;
    private double guidanceMost;
    private int nullLabel = -1;
    private int negativeLabel = -1;
    private double nullProbability = 0.1;
    private double clip = -1;
    private int heldOut = 1_000;
    private int referenceSteps = 50;
    private long reportImages = 1_600;
    private long checkpointImages = 16_000;
    private Path folder;

    DistillationConfigBuilder() {}

    DistillationConfigBuilder(DistillationConfig c) {
        images = c.images();
        timeBudget = c.timeBudget();
        batch = c.batch();
        block = c.block();
        lanes = c.lanes();
        workers = c.workers();
        seed = c.seed();
        objective = c.objective();
        solver = c.solver();
        deltaStart = c.deltaStart();
        deltaEnd = c.deltaEnd();
        deltaSchedule = c.deltaSchedule();
        timeSampling = c.timeSampling();
        weighting = c.weighting();
        boundary = c.boundary();
        boundaryShare = c.boundaryShare();
        beta = c.beta();
        restartShare = c.restartShare();
        residualPower = c.residualPower();
        residualKappa = c.residualKappa();
        targetEma = c.targetEma();
        trajectoryShare = c.trajectoryShare();
        trajectorySteps = c.trajectorySteps();
        trajectoryUses = c.trajectoryUses();
        trajectoryInterval = c.trajectoryInterval();
        trajectoryEnd = c.trajectoryEnd();
        correctorShare = c.correctorShare();
        correctorStart = c.correctorStart();
        correctorWeight = c.correctorWeight();
        correctorRate = c.correctorRate();
        updateRule = c.updateRule();
        learningRate = c.learningRate();
        warmupImages = c.warmupImages();
        weightDecay = c.weightDecay();
        beta1 = c.beta1();
        beta2 = c.beta2();
        gradientClip = c.gradientClip();
        emaHalfLife = c.emaHalfLife();
        guidance = c.guidance();
        guidanceMost = c.guidanceMost();
        nullLabel = c.nullLabel();
        negativeLabel = c.negativeLabel();
        nullProbability = c.nullProbability();
        clip = c.clip();
        heldOut = c.heldOut();
        referenceSteps = c.referenceSteps();
        reportImages = c.reportImages();
        checkpointImages = c.checkpointImages();
        folder = c.folder();
    }

    public DistillationConfigBuilder images(long images) {
        this.images = images;
        return this;
    }

    public DistillationConfigBuilder timeBudget(Duration timeBudget) {
        this.timeBudget = timeBudget;
        return this;
    }

    public DistillationConfigBuilder batch(int batch) {
        this.batch = batch;
        return this;
    }

    public DistillationConfigBuilder block(int block) {
        this.block = block;
        return this;
    }

    public DistillationConfigBuilder lanes(int lanes) {
        this.lanes = lanes;
        return this;
    }

    public DistillationConfigBuilder workers(int workers) {
        this.workers = workers;
        return this;
    }

    public DistillationConfigBuilder seed(long seed) {
        this.seed = seed;
        return this;
    }

    public DistillationConfigBuilder objective(Objective objective) {
        this.objective = objective;
        return this;
    }

    public DistillationConfigBuilder solver(Solver solver) {
        this.solver = solver;
        return this;
    }

    public DistillationConfigBuilder deltaStart(double deltaStart) {
        this.deltaStart = deltaStart;
        return this;
    }

    public DistillationConfigBuilder deltaEnd(double deltaEnd) {
        this.deltaEnd = deltaEnd;
        return this;
    }

    public DistillationConfigBuilder deltaSchedule(DeltaSchedule deltaSchedule) {
        this.deltaSchedule = deltaSchedule;
        return this;
    }

    public DistillationConfigBuilder timeSampling(TimeSampling timeSampling) {
        this.timeSampling = timeSampling;
        return this;
    }

    public DistillationConfigBuilder weighting(Weighting weighting) {
        this.weighting = weighting;
        return this;
    }

    public DistillationConfigBuilder boundary(Boundary boundary) {
        this.boundary = boundary;
        return this;
    }

    public DistillationConfigBuilder boundaryShare(double boundaryShare) {
        this.boundaryShare = boundaryShare;
        return this;
    }

    public DistillationConfigBuilder beta(double beta) {
        this.beta = beta;
        return this;
    }

    public DistillationConfigBuilder restartShare(double restartShare) {
        this.restartShare = restartShare;
        return this;
    }

    public DistillationConfigBuilder residualPower(double residualPower) {
        this.residualPower = residualPower;
        return this;
    }

    public DistillationConfigBuilder residualKappa(double residualKappa) {
        this.residualKappa = residualKappa;
        return this;
    }

    public DistillationConfigBuilder targetEma(double targetEma) {
        this.targetEma = targetEma;
        return this;
    }

    public DistillationConfigBuilder trajectoryShare(double trajectoryShare) {
        this.trajectoryShare = trajectoryShare;
        return this;
    }

    public DistillationConfigBuilder trajectorySteps(int trajectorySteps) {
        this.trajectorySteps = trajectorySteps;
        return this;
    }

    public DistillationConfigBuilder trajectoryUses(int trajectoryUses) {
        this.trajectoryUses = trajectoryUses;
        return this;
    }

    public DistillationConfigBuilder trajectoryInterval(int trajectoryInterval) {
        this.trajectoryInterval = trajectoryInterval;
        return this;
    }

    public DistillationConfigBuilder trajectoryEnd(double trajectoryEnd) {
        this.trajectoryEnd = trajectoryEnd;
        return this;
    }

    public DistillationConfigBuilder correctorShare(double correctorShare) {
        this.correctorShare = correctorShare;
        return this;
    }

    public DistillationConfigBuilder correctorStart(double correctorStart) {
        this.correctorStart = correctorStart;
        return this;
    }

    public DistillationConfigBuilder correctorWeight(double correctorWeight) {
        this.correctorWeight = correctorWeight;
        return this;
    }

    public DistillationConfigBuilder correctorRate(double correctorRate) {
        this.correctorRate = correctorRate;
        return this;
    }

    public DistillationConfigBuilder updateRule(UpdateRule updateRule) {
        this.updateRule = updateRule;
        return this;
    }

    public DistillationConfigBuilder learningRate(double learningRate) {
        this.learningRate = learningRate;
        return this;
    }

    public DistillationConfigBuilder warmupImages(long warmupImages) {
        this.warmupImages = warmupImages;
        return this;
    }

    public DistillationConfigBuilder weightDecay(double weightDecay) {
        this.weightDecay = weightDecay;
        return this;
    }

    public DistillationConfigBuilder beta1(double beta1) {
        this.beta1 = beta1;
        return this;
    }

    public DistillationConfigBuilder beta2(double beta2) {
        this.beta2 = beta2;
        return this;
    }

    public DistillationConfigBuilder gradientClip(double gradientClip) {
        this.gradientClip = gradientClip;
        return this;
    }

    public DistillationConfigBuilder emaHalfLife(double emaHalfLife) {
        this.emaHalfLife = emaHalfLife;
        return this;
    }

    public DistillationConfigBuilder guidance(double guidance) {
        this.guidance = guidance;
        return this;
    }

    public DistillationConfigBuilder guidanceMost(double guidanceMost) {
        this.guidanceMost = guidanceMost;
        return this;
    }

    public DistillationConfigBuilder nullLabel(int nullLabel) {
        this.nullLabel = nullLabel;
        return this;
    }

    public DistillationConfigBuilder negativeLabel(int negativeLabel) {
        this.negativeLabel = negativeLabel;
        return this;
    }

    public DistillationConfigBuilder nullProbability(double nullProbability) {
        this.nullProbability = nullProbability;
        return this;
    }

    public DistillationConfigBuilder clip(double clip) {
        this.clip = clip;
        return this;
    }

    public DistillationConfigBuilder heldOut(int heldOut) {
        this.heldOut = heldOut;
        return this;
    }

    public DistillationConfigBuilder referenceSteps(int referenceSteps) {
        this.referenceSteps = referenceSteps;
        return this;
    }

    public DistillationConfigBuilder reportImages(long reportImages) {
        this.reportImages = reportImages;
        return this;
    }

    public DistillationConfigBuilder checkpointImages(long checkpointImages) {
        this.checkpointImages = checkpointImages;
        return this;
    }

    public DistillationConfigBuilder folder(Path folder) {
        this.folder = folder;
        return this;
    }

    /**
     * Sets the values that a JSON object names; its keys are those of a run's {@code config.json}.
     *
     * @param source what the JSON was read from, for messages
     * @throws ModelFormatException naming the source and the key that is unknown or whose value has another type
     */
    public DistillationConfigBuilder values(String json, String source) {
        ConfigJson.set(Json.parse(json, source), DistillationConfig.class, this, source);
        return this;
    }

    /**
     * Builds the configuration.
     *
     * @throws IllegalArgumentException naming the value that is out of range, and the range
     */
    public DistillationConfig build() {
        return new DistillationConfig(
                images, timeBudget, batch, block, lanes, workers, seed, objective, solver, deltaStart, deltaEnd,
                deltaSchedule, timeSampling, weighting, boundary, boundaryShare, beta, restartShare, residualPower,
                residualKappa, targetEma, trajectoryShare, trajectorySteps, trajectoryUses, trajectoryInterval, trajectoryEnd,
                correctorShare, correctorStart, correctorWeight, correctorRate, updateRule, learningRate, warmupImages,
                weightDecay, beta1, beta2, gradientClip, emaHalfLife, guidance, guidanceMost, nullLabel, negativeLabel,
                nullProbability, clip, heldOut, referenceSteps, reportImages, checkpointImages, folder);
    }
}
