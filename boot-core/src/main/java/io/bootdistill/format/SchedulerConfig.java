package io.bootdistill.format;

import io.bootdistill.internal.file.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * The {@code scheduler_config.json} of a model: how it was trained, and how diffusers samples it. Values are named as the keys
 * of that file, and have its defaults where a key is absent. Immutable; {@link #read} and {@link #builder} make one.
 */
public sealed interface SchedulerConfig permits SchedulerValues {

    /** The supported schedulers. */
    enum Type {
        DDPM,
        DDIM;

        String className() {
            return name() + "Scheduler";
        }
    }

    /** How β is made from N, first and last. */
    enum BetaSchedule {
        LINEAR,
        SCALED_LINEAR,
        SQUAREDCOS_CAP_V2
    }

    /** The noise of DDPM's random sampler. Learned variances are not supported. */
    enum VarianceType {
        FIXED_SMALL,
        FIXED_SMALL_LOG,
        FIXED_LARGE,
        FIXED_LARGE_LOG
    }

    /** What the network predicts: ε, v = α ε − σ x₀, or x₀. */
    enum PredictionType {
        EPSILON,
        V_PREDICTION,
        SAMPLE
    }

    /** Which indices few-step sampling visits. */
    enum TimestepSpacing {
        LEADING,
        TRAILING,
        LINSPACE
    }

    /** {@code _class_name}. */
    Type type();

    /** N, 2 … 1,000,000. */
    int numTrainTimesteps();

    /** How β is made; of no meaning where there are {@link #trainedBetas}. */
    BetaSchedule betaSchedule();

    /** The first β, in [1e-7, 1); of no meaning for {@code SQUAREDCOS_CAP_V2}. */
    double betaStart();

    /** The last β, in [1e-7, 1); of no meaning for {@code SQUAREDCOS_CAP_V2}. */
    double betaEnd();

    /** The N values of β, in [1e-7, 1]; empty where the schedule makes them. */
    List<Double> trainedBetas();

    /** The noise of DDPM's random sampler, which this library has not; kept for writing. */
    VarianceType varianceType();

    PredictionType predictionType();

    /** Whether a prediction of x₀ is clamped to ± {@link #clipSampleRange}. */
    boolean clipSample();

    /** Above 0. */
    double clipSampleRange();

    /** Whether a prediction of x₀ is thresholded dynamically. */
    boolean thresholding();

    /** The quantile for thresholding, in [0, 1]. */
    double dynamicThresholdingRatio();

    /** The largest threshold, above 0. */
    double sampleMaxValue();

    /** Whether β is rescaled so that the last index is pure noise. */
    boolean rescaleBetasZeroSnr();

    TimestepSpacing timestepSpacing();

    /** Added to these indices, 0 … N − 1. */
    int stepsOffset();

    /** Whether the last step of DDIM goes to α = 1 rather than to index 0; always so for DDPM. */
    boolean setAlphaToOne();

    /** The keys of the file that have no meaning here, sorted; unmodifiable. */
    Set<String> unknownKeys();

    /** β at each index, float32 values: as trained, or made by the schedule, then rescaled where that is asked for. */
    default double[] betas() {
        return BetaTable.widened(BetaTable.betas(this));
    }

    /** ᾱ = α² at each index, float32 values, falling: the running product of 1 − β. */
    default double[] alphasCumprod() {
        return BetaTable.widened(BetaTable.alphasCumprod(BetaTable.betas(this)));
    }

    /** The configuration as diffusers writes it: JSON, without the unknown keys. */
    default String toJson() {
        return Json.text(SchedulerJson.write(this));
    }

    /** A scheduler with the format's defaults: DDPM, 1,000 indices, predictions of x₀ clamped to ±1. */
    static SchedulerConfig of(BetaSchedule schedule, PredictionType prediction) {
        return builder().betaSchedule(schedule).predictionType(prediction).build();
    }

    /**
     * Reads a {@code scheduler_config.json}.
     *
     * @throws io.bootdistill.error.ModelFormatException if it cannot be read, or a value is of the wrong type, out of range or
     *     not supported
     */
    static SchedulerConfig read(Path file) {
        return SchedulerJson.read(Json.read(file), file.toString());
    }

    /**
     * Reads the text of a {@code scheduler_config.json}.
     *
     * @param source what it was read from, for messages
     * @throws io.bootdistill.error.ModelFormatException as {@link #read}
     */
    static SchedulerConfig parse(String json, String source) {
        return SchedulerJson.read(Json.parse(json, source), source);
    }

    /** A builder that holds the format's defaults. */
    static Builder builder() {
        return new Builder();
    }

    /** A builder that holds these values. */
    default Builder toBuilder() {
        return new Builder(this);
    }

    /** Makes a configuration; each value is described at the accessor of its name. For one thread. */
    final class Builder {

        private Type type = Type.DDPM;
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

        private Builder() {}

        private Builder(SchedulerConfig from) {
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

        public Builder type(Type value) {
            type = value;
            return this;
        }

        public Builder numTrainTimesteps(int value) {
            numTrainTimesteps = value;
            return this;
        }

        public Builder betaSchedule(BetaSchedule value) {
            betaSchedule = value;
            return this;
        }

        public Builder betaStart(double value) {
            betaStart = value;
            return this;
        }

        public Builder betaEnd(double value) {
            betaEnd = value;
            return this;
        }

        public Builder trainedBetas(List<Double> values) {
            trainedBetas = values;
            return this;
        }

        public Builder varianceType(VarianceType value) {
            varianceType = value;
            return this;
        }

        public Builder predictionType(PredictionType value) {
            predictionType = value;
            return this;
        }

        public Builder clipSample(boolean value) {
            clipSample = value;
            return this;
        }

        public Builder clipSampleRange(double value) {
            clipSampleRange = value;
            return this;
        }

        public Builder thresholding(boolean value) {
            thresholding = value;
            return this;
        }

        public Builder dynamicThresholdingRatio(double value) {
            dynamicThresholdingRatio = value;
            return this;
        }

        public Builder sampleMaxValue(double value) {
            sampleMaxValue = value;
            return this;
        }

        public Builder rescaleBetasZeroSnr(boolean value) {
            rescaleBetasZeroSnr = value;
            return this;
        }

        public Builder timestepSpacing(TimestepSpacing value) {
            timestepSpacing = value;
            return this;
        }

        public Builder stepsOffset(int value) {
            stepsOffset = value;
            return this;
        }

        public Builder setAlphaToOne(boolean value) {
            setAlphaToOne = value;
            return this;
        }

        /** For a file that was read. */
        Builder unknownKeys(Set<String> keys) {
            unknownKeys = keys;
            return this;
        }

        /** @throws IllegalArgumentException naming the key whose value is out of range, the value, and the range */
        public SchedulerConfig build() {
            return new SchedulerValues(
                    type, numTrainTimesteps, betaSchedule, betaStart, betaEnd, trainedBetas, varianceType, predictionType,
                    clipSample, clipSampleRange, thresholding, dynamicThresholdingRatio, sampleMaxValue, rescaleBetasZeroSnr,
                    timestepSpacing, stepsOffset, setAlphaToOne, unknownKeys);
        }
    }
}
