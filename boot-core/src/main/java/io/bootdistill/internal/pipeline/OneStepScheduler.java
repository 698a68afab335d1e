package io.bootdistill.internal.pipeline;

import com.google.gson.JsonObject;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.format.SchedulerType;
import io.bootdistill.format.TimestepSpacing;
import io.bootdistill.format.VarianceType;
import io.bootdistill.internal.diffusers.PipelineClass;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.file.Json;
import java.util.Arrays;

/**
 * A teacher's schedule up to t_max, with a scheduler whose one step gives a student's sample: DDIM's; that of latent consistency
 * models, which their pipeline asks for a time of its own; DDPM's for DeepFloyd IF, whose pipeline reads there whether half of the
 * output is a variance.
 */
final class OneStepScheduler {

    private OneStepScheduler() {}

    /** @param output what the student's outputs mean; those of an ε-teacher's are y = −F, which is written as y = F */
    static JsonObject json(PipelineFolder source, NoiseSchedule schedule, Prediction output) {
        boolean isConsistency = source.pipeline() == PipelineClass.LATENT_CONSISTENCY;
        boolean isIf = source.pipeline().readsTextStates();
        SchedulerConfig own = source.scheduler();
        int count = 1 + (int) Math.round(schedule.networkTime(schedule.tMax()));
        SchedulerConfig scheduler = own.toBuilder()
                .type(isConsistency ? SchedulerType.LCM : isIf ? SchedulerType.DDPM : SchedulerType.DDIM)
                .varianceType(VarianceType.FIXED_SMALL)
                .numTrainTimesteps(count)
                .trainedBetas(count < own.numTrainTimesteps()
                        ? Arrays.stream(own.betas()).limit(count).boxed().toList() : own.trainedBetas())
                .predictionType(output == Prediction.V ? PredictionType.V_PREDICTION : PredictionType.SAMPLE)
                .clipSample(isIf && own.clipSample())
                .thresholding(isIf && own.thresholding())
                .rescaleBetasZeroSnr(own.rescaleBetasZeroSnr() && count == own.numTrainTimesteps()) // the betas cut are rescaled
                .timestepSpacing(TimestepSpacing.TRAILING)
                .stepsOffset(1)
                .setAlphaToOne(true)
                .build();
        JsonObject json = Json.parse(scheduler.toJson(), "scheduler");
        if (isConsistency) {
            json.addProperty("original_inference_steps", 1); // so that the one time is the last
        }
        return json;
    }
}
