package io.bootdistill.format;

import io.bootdistill.internal.file.ListCheck;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** The values of a {@link SchedulerConfig.Builder}: the format's defaults, until they are set. */
abstract class SchedulerBuilder<B extends SchedulerBuilder<B>> {

    private SchedulerType type = SchedulerType.DDPM;
    private int numTrainTimesteps = 1000;
    private BetaSchedule betaSchedule = BetaSchedule.LINEAR;
    private double betaStart = 0.0001;
    private double betaEnd = 0.02;
    private List<Double> trainedBetas = List.of();
    private VarianceType varianceType = VarianceType.FIXED_SMALL;
    private PredictionType predictionType = PredictionType.EPSILON;
    private boolean clipSample = true;
    private double clipSampleRange = 1;
    private boolean thresholding;
    private double dynamicThresholdingRatio = 0.995;
    private double sampleMaxValue = 1;
    private boolean rescaleBetasZeroSnr;
    private TimestepSpacing timestepSpacing = TimestepSpacing.LEADING;
    private int stepsOffset;
    private boolean setAlphaToOne = true;
    private Set<String> unknownKeys = Set.of();

    @SuppressWarnings("unchecked")
    private B self() {
        return (B) this;
    }

    final void set(SchedulerValues from) {
        type = from.type();
        numTrainTimesteps = from.numTrainTimesteps();
        betaSchedule = from.betaSchedule();
        betaStart = from.betaStart();
        betaEnd = from.betaEnd();
        trainedBetas = from.trainedBetas();
        varianceType = from.varianceType();
        predictionType = from.predictionType();
        clipSample = from.clipSample();
        clipSampleRange = from.clipSampleRange();
        thresholding = from.thresholding();
        dynamicThresholdingRatio = from.dynamicThresholdingRatio();
        sampleMaxValue = from.sampleMaxValue();
        rescaleBetasZeroSnr = from.rescaleBetasZeroSnr();
        timestepSpacing = from.timestepSpacing();
        stepsOffset = from.stepsOffset();
        setAlphaToOne = from.setAlphaToOne();
        unknownKeys = from.unknownKeys();
    }

    /** @throws IllegalArgumentException naming the key whose value is out of range, the value, and the range */
    final SchedulerValues values() {
        return new SchedulerValues(
                type, numTrainTimesteps, betaSchedule, betaStart, betaEnd, trainedBetas, varianceType, predictionType,
                clipSample, clipSampleRange, thresholding, dynamicThresholdingRatio, sampleMaxValue, rescaleBetasZeroSnr,
                timestepSpacing, stepsOffset, setAlphaToOne, unknownKeys);
    }

    public B type(SchedulerType value) {
        type = Objects.requireNonNull(value, "type is missing");
        return self();
    }

    public B numTrainTimesteps(int value) {
        numTrainTimesteps = value;
        return self();
    }

    public B betaSchedule(BetaSchedule value) {
        betaSchedule = Objects.requireNonNull(value, "betaSchedule is missing");
        return self();
    }

    public B betaStart(double value) {
        betaStart = value;
        return self();
    }

    public B betaEnd(double value) {
        betaEnd = value;
        return self();
    }

    public B trainedBetas(List<Double> values) {
        trainedBetas = ListCheck.copy("trainedBetas", values);
        return self();
    }

    public B varianceType(VarianceType value) {
        varianceType = Objects.requireNonNull(value, "varianceType is missing");
        return self();
    }

    public B predictionType(PredictionType value) {
        predictionType = Objects.requireNonNull(value, "predictionType is missing");
        return self();
    }

    public B clipSample(boolean value) {
        clipSample = value;
        return self();
    }

    public B clipSampleRange(double value) {
        clipSampleRange = value;
        return self();
    }

    public B thresholding(boolean value) {
        thresholding = value;
        return self();
    }

    public B dynamicThresholdingRatio(double value) {
        dynamicThresholdingRatio = value;
        return self();
    }

    public B sampleMaxValue(double value) {
        sampleMaxValue = value;
        return self();
    }

    public B rescaleBetasZeroSnr(boolean value) {
        rescaleBetasZeroSnr = value;
        return self();
    }

    public B timestepSpacing(TimestepSpacing value) {
        timestepSpacing = Objects.requireNonNull(value, "timestepSpacing is missing");
        return self();
    }

    public B stepsOffset(int value) {
        stepsOffset = value;
        return self();
    }

    public B setAlphaToOne(boolean value) {
        setAlphaToOne = value;
        return self();
    }

    /** For a file that was read. */
    B unknownKeys(Set<String> keys) {
        unknownKeys = keys;
        return self();
    }
}
