package io.bootdistill.internal.pipeline;

import com.google.gson.JsonObject;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.format.SchedulerType;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.file.Json;

/**
 * The scheduler that takes the steps of a student that denoises: DDIM's with trailing times, or that of latent consistency models.
 * Nothing is limited: neither are the student's samples, and pipelines clamp pictures at their end.
 */
public final class FewStepScheduler {

    private FewStepScheduler() {}

    /**
     * A scheduler's configuration.
     *
     * @param own the teacher's
     * @param prediction what the network predicts
     */
    public static JsonObject json(SchedulerConfig own, NoiseSchedule schedule, Prediction prediction, FewSteps sampler) {
        SchedulerConfig scheduler = OneStepScheduler.oneStep(own, schedule, prediction)
                .type(sampler == FewSteps.DDIM ? SchedulerType.DDIM : SchedulerType.LCM)
                .predictionType(type(prediction))
                .clipSample(false)
                .stepsOffset(1) // what pipelines of latents ask for; trailing times have none
                .build();
        JsonObject json = Json.parse(scheduler.toJson(), "scheduler");
        if (sampler == FewSteps.RENOISE) {
            // a number of times that does not divide them all would leave out the last, t_max
            json.addProperty("original_inference_steps", FewSteps.spread(schedule));
            // (σ_d/(scaling·t))² of the state remain in what was said, σ_d = ½: nothing in float32 from t = 1 on
            json.addProperty("timestep_scaling", 1e4);
        }
        return json;
    }

    /** That of a whole pipeline; DeepFloyd's reads there that what is left of the output, a variance, is of no use. */
    static JsonObject json(PipelineFolder source, NoiseSchedule schedule, Prediction prediction, FewSteps sampler) {
        JsonObject json = json(source.scheduler(), schedule, prediction, sampler);
        if (source.pipeline().readsTextStates()) {
            json.addProperty("variance_type", "fixed_small");
        }
        return json;
    }

    private static PredictionType type(Prediction prediction) {
        return switch (prediction) {
            case EPSILON -> PredictionType.EPSILON;
            case V -> PredictionType.V_PREDICTION;
            case SAMPLE -> PredictionType.SAMPLE;
            case FLOW -> throw new UnsupportedOperationException("a student of a flow has no scheduler of the format");
        };
    }
}
