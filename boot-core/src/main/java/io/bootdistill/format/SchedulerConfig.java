package io.bootdistill.format;

import io.bootdistill.internal.file.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The {@code scheduler_config.json} of a model: how it was trained, and how diffusers samples it. Values are named as the keys
 * of that file, and have its defaults where a key is absent. Immutable, equal where all values are; {@link #read} and
 * {@link #builder} make one.
 */
public final class SchedulerConfig {

    private final SchedulerValues values;

    SchedulerConfig(SchedulerValues values) {
        this.values = values;
    }

    /** {@code _class_name}. */
    public SchedulerType type() {
        return values.type();
    }

    /** N, 2 … 1,000,000. */
    public int numTrainTimesteps() {
        return values.numTrainTimesteps();
    }

    /** How β is made; of no meaning where there are {@link #trainedBetas}. */
    public BetaSchedule betaSchedule() {
        return values.betaSchedule();
    }

    /** The first β, in [1e-7, 1); of no meaning for {@code SQUAREDCOS_CAP_V2}. */
    public double betaStart() {
        return values.betaStart();
    }

    /** The last β, in [1e-7, 1); of no meaning for {@code SQUAREDCOS_CAP_V2}. */
    public double betaEnd() {
        return values.betaEnd();
    }

    /** The N values of β, in [1e-7, 1]; empty where the schedule makes them. */
    public List<Double> trainedBetas() {
        return values.trainedBetas();
    }

    /** The noise of DDPM's random sampler, which this library has not; kept for writing. */
    public VarianceType varianceType() {
        return values.varianceType();
    }

    public PredictionType predictionType() {
        return values.predictionType();
    }

    /** Whether a prediction of x₀ is clamped to ± {@link #clipSampleRange}. */
    public boolean clipSample() {
        return values.clipSample();
    }

    /** Above 0. */
    public double clipSampleRange() {
        return values.clipSampleRange();
    }

    /** Whether a prediction of x₀ is thresholded dynamically. */
    public boolean thresholding() {
        return values.thresholding();
    }

    /** The quantile for thresholding, in [0, 1]. */
    public double dynamicThresholdingRatio() {
        return values.dynamicThresholdingRatio();
    }

    /** The largest threshold, above 0. */
    public double sampleMaxValue() {
        return values.sampleMaxValue();
    }

    /** Whether β is rescaled so that the last index is pure noise. */
    public boolean rescaleBetasZeroSnr() {
        return values.rescaleBetasZeroSnr();
    }

    public TimestepSpacing timestepSpacing() {
        return values.timestepSpacing();
    }

    /** Added to these indices, 0 … N − 1. */
    public int stepsOffset() {
        return values.stepsOffset();
    }

    /** Whether the last step of DDIM goes to α = 1 rather than to index 0; of no meaning where the class has no such key. */
    public boolean setAlphaToOne() {
        return values.setAlphaToOne();
    }

    /** The keys of the file that have no meaning here, sorted; unmodifiable. */
    public Set<String> unknownKeys() {
        return values.unknownKeys();
    }

    /** β at each index, float32 values: as trained, or made by the schedule, then rescaled where that is asked for. */
    public double[] betas() {
        return BetaTable.widened(BetaTable.betas(values));
    }

    /**
     * ᾱ = α² at each index, float32 values, falling: the running product of 1 − β. Where it is rescaled to pure noise, the last is
     * 0, also for the classes whose solvers replace it by 2⁻²⁴ to divide by it.
     */
    public double[] alphasCumprod() {
        return BetaTable.widened(BetaTable.alphasCumprod(BetaTable.betas(values)));
    }

    /** The configuration as diffusers writes it: JSON, without the unknown keys. */
    public String toJson() {
        return Json.text(SchedulerJson.write(values));
    }

    /** A scheduler with the format's defaults: DDPM, 1,000 indices, predictions of x₀ clamped to ±1. */
    public static SchedulerConfig of(BetaSchedule betaSchedule, PredictionType predictionType) {
        return builder().betaSchedule(betaSchedule).predictionType(predictionType).build();
    }

    /**
     * Reads a {@code scheduler_config.json}.
     *
     * @throws io.bootdistill.error.ModelFormatException if it cannot be read, or a value is of the wrong type, out of range or
     *     not supported
     */
    public static SchedulerConfig read(Path file) {
        Objects.requireNonNull(file, "file is missing");
        return new SchedulerConfig(SchedulerJson.read(Json.read(file), file.toString(), builder()));
    }

    /**
     * Reads the text of a {@code scheduler_config.json}.
     *
     * @param source what it was read from, for messages
     * @throws io.bootdistill.error.ModelFormatException as {@link #read}
     */
    public static SchedulerConfig parse(String json, String source) {
        Objects.requireNonNull(json, "json is missing");
        Objects.requireNonNull(source, "source is missing");
        return new SchedulerConfig(SchedulerJson.read(Json.parse(json, source), source, builder()));
    }

    /** A builder that holds the format's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that holds these values. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.set(values);
        return builder;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SchedulerConfig config && values.equals(config.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    /** Every value, in a form that does not change: a run's teacher is known by it. */
    @Override
    public String toString() {
        return values.toString();
    }

    /** Makes a configuration; each value is described at the accessor of its name. For one thread. */
    public static final class Builder extends SchedulerBuilder<Builder> {

        private Builder() {}

        /** @throws IllegalArgumentException naming the key whose value is out of range, the value, and the range */
        public SchedulerConfig build() {
            return new SchedulerConfig(values());
        }
    }
}
