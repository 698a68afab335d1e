package io.bootdistill.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The {@code scheduler_config.json} of a model: how it was trained, and how diffusers samples it. Components are named as the
 * keys of that file, and have its defaults where a key is absent. Immutable.
 *
 * @param type {@code _class_name}
 * @param numTrainTimesteps N, 2 … 1,000,000
 * @param betaSchedule how β is made; of no meaning where {@code trainedBetas} are given
 * @param betaStart first β, in [1e-7, 1); of no meaning for {@code SQUAREDCOS_CAP_V2}
 * @param betaEnd last β, in [1e-7, 1); of no meaning for {@code SQUAREDCOS_CAP_V2}
 * @param trainedBetas the N values of β, in [1e-7, 1]; empty where the schedule makes them
 * @param varianceType noise of DDPM's random sampler, which this library has not; kept for writing
 * @param predictionType what the network predicts
 * @param clipSample whether a prediction of x₀ is clamped to ± {@code clipSampleRange}
 * @param clipSampleRange above 0
 * @param thresholding whether a prediction of x₀ is thresholded dynamically
 * @param dynamicThresholdingRatio quantile for thresholding, in [0, 1]
 * @param sampleMaxValue largest threshold, above 0
 * @param rescaleBetasZeroSnr whether β is rescaled so that the last index is pure noise
 * @param timestepSpacing which indices few-step sampling visits
 * @param stepsOffset added to these indices, 0 … N − 1
 * @param setAlphaToOne whether the last step of DDIM goes to α = 1 rather than to index 0; always so for DDPM
 * @param unknownKeys keys of the file that have no meaning here, sorted
 */
public record SchedulerConfig(
        Type type,
        int numTrainTimesteps,
        BetaSchedule betaSchedule,
        double betaStart,
        double betaEnd,
        List<Double> trainedBetas,
        VarianceType varianceType,
        PredictionType predictionType,
        boolean clipSample,
        double clipSampleRange,
        boolean thresholding,
        double dynamicThresholdingRatio,
        double sampleMaxValue,
        boolean rescaleBetasZeroSnr,
        TimestepSpacing timestepSpacing,
        int stepsOffset,
        boolean setAlphaToOne,
        Set<String> unknownKeys) {

    private static final double LEAST_BETA = 1e-7; // smaller ones vanish in 1 − β in float32
    private static final String BETA_RANGE = "in [1e-7, 1)";

    /** The supported schedulers. */
    public enum Type {
        DDPM,
        DDIM;

        String className() {
            return name() + "Scheduler";
        }
    }

    /** How β is made from N, first and last. */
    public enum BetaSchedule {
        LINEAR,
        SCALED_LINEAR,
        SQUAREDCOS_CAP_V2
    }

    /** The noise of DDPM's random sampler. Learned variances are not supported. */
    public enum VarianceType {
        FIXED_SMALL,
        FIXED_SMALL_LOG,
        FIXED_LARGE,
        FIXED_LARGE_LOG
    }

    /** What the network predicts: ε, v = α ε − σ x₀, or x₀. */
    public enum PredictionType {
        EPSILON,
        V_PREDICTION,
        SAMPLE
    }

    /** Which indices few-step sampling visits. */
    public enum TimestepSpacing {
        LEADING,
        TRAILING,
        LINSPACE
    }

    /** Refuses a value out of its range with an {@link IllegalArgumentException} that names the key. */
    public SchedulerConfig {
        require(numTrainTimesteps >= 2 && numTrainTimesteps <= 1_000_000,
                "num_train_timesteps", numTrainTimesteps, "in [2, 1000000]");
        require(betaStart >= LEAST_BETA && betaStart < 1, "beta_start", betaStart, BETA_RANGE);
        require(betaEnd >= LEAST_BETA && betaEnd < 1, "beta_end", betaEnd, BETA_RANGE);
        trainedBetas = List.copyOf(trainedBetas);
        require(trainedBetas.isEmpty() || trainedBetas.size() == numTrainTimesteps,
                "the length of trained_betas", trainedBetas.size(), "num_train_timesteps, " + numTrainTimesteps);
        for (int i = 0; i < trainedBetas.size(); i++) {
            double beta = trainedBetas.get(i);
            require(beta >= LEAST_BETA && beta <= 1, "trained_betas[" + i + "]", beta, "in [1e-7, 1]");
        }
        require(clipSampleRange > 0 && clipSampleRange <= Float.MAX_VALUE, "clip_sample_range", clipSampleRange, "above 0");
        require(dynamicThresholdingRatio >= 0 && dynamicThresholdingRatio <= 1,
                "dynamic_thresholding_ratio", dynamicThresholdingRatio, "in [0, 1]");
        require(sampleMaxValue > 0 && sampleMaxValue <= Float.MAX_VALUE, "sample_max_value", sampleMaxValue, "above 0");
        require(stepsOffset >= 0 && stepsOffset < numTrainTimesteps,
                "steps_offset", stepsOffset, "in [0, " + (numTrainTimesteps - 1) + "]");
        unknownKeys = Collections.unmodifiableSet(new TreeSet<>(unknownKeys));
    }

    /** A scheduler with the format's defaults: DDPM, 1,000 indices, predictions of x₀ clamped to ±1. */
    public static SchedulerConfig of(BetaSchedule schedule, PredictionType prediction) {
        JsonObject json = new JsonObject();
        json.addProperty("_class_name", Type.DDPM.className());
        json.addProperty("beta_schedule", ConfigReader.key(schedule));
        json.addProperty("prediction_type", ConfigReader.key(prediction));
        return parse(json, "the defaults");
    }

    /**
     * Reads a configuration.
     *
     * @param source what it was read from, for messages
     * @throws ModelFormatException if a value is of the wrong type, out of range or not supported
     */
    public static SchedulerConfig parse(JsonObject json, String source) {
        ConfigReader config = new ConfigReader(json, source);
        String className =
                config.choice("_class_name", null, List.of(Type.DDPM.className(), Type.DDIM.className()));
        // until 2022 "sample" was spelt predict_epsilon: false
        PredictionType byDefault = config.flag("predict_epsilon", true) ? PredictionType.EPSILON : PredictionType.SAMPLE;
        try {
            return new SchedulerConfig(
                    className.equals(Type.DDIM.className()) ? Type.DDIM : Type.DDPM,
                    config.integer("num_train_timesteps", 1000),
                    config.choice("beta_schedule", BetaSchedule.LINEAR),
                    config.number("beta_start", 0.0001),
                    config.number("beta_end", 0.02),
                    config.numbers("trained_betas"),
                    config.choice("variance_type", VarianceType.FIXED_SMALL),
                    config.choice("prediction_type", byDefault),
                    config.flag("clip_sample", true),
                    config.number("clip_sample_range", 1),
                    config.flag("thresholding", false),
                    config.number("dynamic_thresholding_ratio", 0.995),
                    config.number("sample_max_value", 1),
                    config.flag("rescale_betas_zero_snr", false),
                    config.choice("timestep_spacing", TimestepSpacing.LEADING),
                    config.integer("steps_offset", 0),
                    config.flag("set_alpha_to_one", true),
                    config.unreadKeys()); // evaluated last: all keys have been asked for
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(source + ": " + e.getMessage(), e);
        }
    }

    /** The configuration as diffusers writes it, without the unknown keys. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("_class_name", type.className());
        json.addProperty("beta_end", betaEnd);
        json.addProperty("beta_schedule", ConfigReader.key(betaSchedule));
        json.addProperty("beta_start", betaStart);
        json.addProperty("clip_sample", clipSample);
        json.addProperty("clip_sample_range", clipSampleRange);
        json.addProperty("dynamic_thresholding_ratio", dynamicThresholdingRatio);
        json.addProperty("num_train_timesteps", numTrainTimesteps);
        json.addProperty("prediction_type", ConfigReader.key(predictionType));
        json.addProperty("rescale_betas_zero_snr", rescaleBetasZeroSnr);
        json.addProperty("sample_max_value", sampleMaxValue);
        if (type == Type.DDIM) {
            json.addProperty("set_alpha_to_one", setAlphaToOne);
        }
        json.addProperty("steps_offset", stepsOffset);
        json.addProperty("thresholding", thresholding);
        json.addProperty("timestep_spacing", ConfigReader.key(timestepSpacing));
        json.add("trained_betas", JsonNull.INSTANCE);
        if (!trainedBetas.isEmpty()) {
            JsonArray betas = new JsonArray();
            trainedBetas.forEach(betas::add);
            json.add("trained_betas", betas);
        }
        if (type == Type.DDPM) {
            json.addProperty("variance_type", ConfigReader.key(varianceType));
        }
        return json;
    }

    /** β at each index, float32 values: as trained, or made by the schedule, then rescaled where that is asked for. */
    public double[] betas() {
        return BetaTable.widened(BetaTable.betas(this));
    }

    /** ᾱ = α² at each index, float32 values, falling: the running product of 1 − β. */
    public double[] alphasCumprod() {
        return BetaTable.widened(BetaTable.alphasCumprod(BetaTable.betas(this)));
    }

    private static void require(boolean satisfied, String key, Object value, String allowed) {
        if (!satisfied) {
            throw new IllegalArgumentException(key + " is " + value + ", must be " + allowed);
        }
    }
}
