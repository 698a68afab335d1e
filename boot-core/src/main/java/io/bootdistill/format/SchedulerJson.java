package io.bootdistill.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.ConfigReader;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads and writes a {@link SchedulerConfig} as {@code scheduler_config.json}. */
final class SchedulerJson {

    /** What only a solver of the format needs. */
    private static final Set<String> SOLVER_KEYS = Set.of("algorithm_type", "corrector_order", "disable_corrector",
            "euler_at_final", "final_sigmas_type", "flow_shift", "interpolation_type", "lambda_min_clipped", "lower_order_final",
            "noise_sampler_seed", "original_inference_steps", "predict_x0", "predictor_order", "sigma_max", "sigma_min",
            "skip_prk_steps",
            "solver_order", "solver_p", "solver_type", "tau_func", "time_shift_type", "timestep_scaling", "timestep_type",
            "use_beta_sigmas", "use_dynamic_shifting", "use_exponential_sigmas", "use_karras_sigmas", "use_lu_lambdas");
    private static final String FLOW = "use_flow_sigmas";

    private SchedulerJson() {}

    /**
     * Sets the values of the file in a builder that holds the defaults.
     *
     * @throws ModelFormatException naming the file, the key, its value and what is allowed
     */
    static SchedulerValues read(JsonObject json, String source, SchedulerBuilder<?> builder) {
        ConfigReader config = new ConfigReader(json, source);
        setDefaults(builder, type(config));
        SOLVER_KEYS.forEach(config::has);
        if (config.flag(FLOW, false)) {
            throw config.refuse(FLOW, "false: a schedule of flow matching is none of β");
        }
        // until 2022 "sample" was spelt predict_epsilon: false
        PredictionType byDefault = config.flag("predict_epsilon", true) ? PredictionType.EPSILON : PredictionType.SAMPLE;
        SchedulerValues defaults = builder.values();
        builder.numTrainTimesteps(config.integer("num_train_timesteps", defaults.numTrainTimesteps()))
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
            return builder.values();
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(source + ": " + e.getMessage(), e);
        }
    }

    /** What a scheduler of a class takes for values that a file leaves out. */
    private static void setDefaults(SchedulerBuilder<?> builder, SchedulerType type) {
        boolean latent = type.isConsistency() || type == SchedulerType.DPM_SOLVER_SDE || type == SchedulerType.HEUN
                || type == SchedulerType.KDPM2 || type == SchedulerType.KDPM2_ANCESTRAL;
        boolean leading = type.clipsByDefault() || type == SchedulerType.PNDM || type.isConsistency();
        builder.type(type)
                .betaSchedule(type.isConsistency() ? BetaSchedule.SCALED_LINEAR : BetaSchedule.LINEAR)
                .betaStart(latent ? 0.00085 : 0.0001)
                .betaEnd(latent ? 0.012 : 0.02)
                .clipSample(type.clipsByDefault())
                .timestepSpacing(leading ? TimestepSpacing.LEADING : TimestepSpacing.LINSPACE)
                .setAlphaToOne(type != SchedulerType.PNDM);
    }

    private static SchedulerType type(ConfigReader config) {
        List<SchedulerType> types = List.of(SchedulerType.values());
        String ending = SchedulerType.ENDING;
        String allowed = types.stream().map(type -> type.className().replace(ending, "")).collect(Collectors.joining(", "));
        String name = config.choice("_class_name", null, types.stream().map(SchedulerType::className).toList(),
                "one of " + allowed + ", with " + ending + " behind");
        return types.stream().filter(type -> type.className().equals(name)).findFirst().orElseThrow();
    }

    static JsonObject write(SchedulerValues values) {
        JsonObject json = new JsonObject();
        json.addProperty("_class_name", values.type().className());
        json.addProperty("beta_end", values.betaEnd());
        json.addProperty("beta_schedule", ConfigReader.key(values.betaSchedule()));
        json.addProperty("beta_start", values.betaStart());
        json.addProperty("clip_sample", values.clipSample());
        json.addProperty("clip_sample_range", values.clipSampleRange());
        json.addProperty("dynamic_thresholding_ratio", values.dynamicThresholdingRatio());
        json.addProperty("num_train_timesteps", values.numTrainTimesteps());
        json.addProperty("prediction_type", ConfigReader.key(values.predictionType()));
        json.addProperty("rescale_betas_zero_snr", values.rescaleBetasZeroSnr());
        json.addProperty("sample_max_value", values.sampleMaxValue());
        if (values.type().hasFinalAlpha()) {
            json.addProperty("set_alpha_to_one", values.setAlphaToOne());
        }
        json.addProperty("steps_offset", values.stepsOffset());
        json.addProperty("thresholding", values.thresholding());
        json.addProperty("timestep_spacing", ConfigReader.key(values.timestepSpacing()));
        json.add("trained_betas", JsonNull.INSTANCE);
        if (!values.trainedBetas().isEmpty()) {
            JsonArray betas = new JsonArray();
            values.trainedBetas().forEach(betas::add);
            json.add("trained_betas", betas);
        }
        if (values.type().hasVariance()) {
            json.addProperty("variance_type", ConfigReader.key(values.varianceType()));
        }
        return json;
    }
}
