package io.bootdistill.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.SchedulerConfig.PredictionType;
import io.bootdistill.format.SchedulerConfig.Type;
import io.bootdistill.internal.file.ConfigReader;
import java.util.List;

/** Reads and writes a {@link SchedulerConfig} as {@code scheduler_config.json}. */
final class SchedulerJson {

    private SchedulerJson() {}

    static SchedulerConfig read(JsonObject json, String source) {
        ConfigReader config = new ConfigReader(json, source);
        String className =
                config.choice("_class_name", null, List.of(Type.DDPM.className(), Type.DDIM.className()));
        // until 2022 "sample" was spelt predict_epsilon: false
        PredictionType byDefault = config.flag("predict_epsilon", true) ? PredictionType.EPSILON : PredictionType.SAMPLE;
        SchedulerConfig defaults = SchedulerConfig.builder().build();
        SchedulerConfig.Builder builder = SchedulerConfig.builder()
                .type(className.equals(Type.DDIM.className()) ? Type.DDIM : Type.DDPM)
                .numTrainTimesteps(config.integer("num_train_timesteps", defaults.numTrainTimesteps()))
                .betaSchedule(config.choice("beta_schedule", defaults.betaSchedule()))
                .betaStart(config.number("beta_start", defaults.betaStart()))
                .betaEnd(config.number("beta_end", defaults.betaEnd()))
                .trainedBetas(config.numbers("trained_betas"))
                .varianceType(config.choice("variance_type", defaults.varianceType()))
                .predictionType(config.choice("prediction_type", byDefault))
                .clipSample(config.flag("clip_sample", defaults.clipSample()))
                .clipSampleRange(config.number("clip_sample_range", defaults.clipSampleRange()))
                .thresholding(config.flag("thresholding", defaults.thresholding()))
                .dynamicThresholdingRatio(config.number("dynamic_thresholding_ratio", defaults.dynamicThresholdingRatio()))
                .sampleMaxValue(config.number("sample_max_value", defaults.sampleMaxValue()))
                .rescaleBetasZeroSnr(config.flag("rescale_betas_zero_snr", defaults.rescaleBetasZeroSnr()))
                .timestepSpacing(config.choice("timestep_spacing", defaults.timestepSpacing()))
                .stepsOffset(config.integer("steps_offset", defaults.stepsOffset()))
                .setAlphaToOne(config.flag("set_alpha_to_one", defaults.setAlphaToOne()))
                .unknownKeys(config.unreadKeys()); // last: all keys have been asked for
        try {
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(source + ": " + e.getMessage(), e);
        }
    }

    static JsonObject write(SchedulerConfig config) {
        JsonObject json = new JsonObject();
        json.addProperty("_class_name", config.type().className());
        json.addProperty("beta_end", config.betaEnd());
        json.addProperty("beta_schedule", ConfigReader.key(config.betaSchedule()));
        json.addProperty("beta_start", config.betaStart());
        json.addProperty("clip_sample", config.clipSample());
        json.addProperty("clip_sample_range", config.clipSampleRange());
        json.addProperty("dynamic_thresholding_ratio", config.dynamicThresholdingRatio());
        json.addProperty("num_train_timesteps", config.numTrainTimesteps());
        json.addProperty("prediction_type", ConfigReader.key(config.predictionType()));
        json.addProperty("rescale_betas_zero_snr", config.rescaleBetasZeroSnr());
        json.addProperty("sample_max_value", config.sampleMaxValue());
        if (config.type() == Type.DDIM) {
            json.addProperty("set_alpha_to_one", config.setAlphaToOne());
        }
        json.addProperty("steps_offset", config.stepsOffset());
        json.addProperty("thresholding", config.thresholding());
        json.addProperty("timestep_spacing", ConfigReader.key(config.timestepSpacing()));
        json.add("trained_betas", JsonNull.INSTANCE);
        if (!config.trainedBetas().isEmpty()) {
            JsonArray betas = new JsonArray();
            config.trainedBetas().forEach(betas::add);
            json.add("trained_betas", betas);
        }
        if (config.type() == Type.DDPM) {
            json.addProperty("variance_type", ConfigReader.key(config.varianceType()));
        }
        return json;
    }
}
