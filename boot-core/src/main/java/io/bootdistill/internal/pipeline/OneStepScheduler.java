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
public final class OneStepScheduler {

    private OneStepScheduler() {}

    /** DDIM up to t_max, whose one step from there to the clean sample is a student's; nothing is limited. */
    public static SchedulerConfig.Builder oneStep(SchedulerConfig own, NoiseSchedule schedule, Prediction output) {
        int count = 1 + (int) Math.round(schedule.networkTime(schedule.tMax()));
        boolean isCut = count < own.numTrainTimesteps();
        return own.toBuilder()
                .type(SchedulerType.DDIM)
                .numTrainTimesteps(count)
                .trainedBetas(isCut ? Arrays.stream(own.betas()).limit(count).boxed().toList() : own.trainedBetas())
                .predictionType(output == Prediction.V ? PredictionType.V_PREDICTION : PredictionType.SAMPLE)
                .thresholding(false)
                .rescaleBetasZeroSnr(own.rescaleBetasZeroSnr() && !isCut) // those that are cut are rescaled
                .timestepSpacing(TimestepSpacing.TRAILING)
                .setAlphaToOne(true);
    }

    /** @param output what the student's outputs mean; those of an ε-teacher's are y = −F, which is written as y = F */
    static JsonObject json(PipelineFolder source, NoiseSchedule schedule, Prediction output) {
        boolean isConsistency = source.pipeline() == PipelineClass.LATENT_CONSISTENCY;
        boolean isIf = source.pipeline().readsTextStates();
        SchedulerConfig own = source.scheduler();
        SchedulerConfig scheduler = oneStep(own, schedule, output)
                .type(isConsistency ? SchedulerType.LCM : isIf ? SchedulerType.DDPM : SchedulerType.DDIM)
                .varianceType(VarianceType.FIXED_SMALL)
                .clipSample(isIf && own.clipSample())
                .thresholding(isIf && own.thresholding())
                .stepsOffset(1)
                .build();
        JsonObject json = Json.parse(scheduler.toJson(), "scheduler");
        if (isConsistency) {
            json.addProperty("original_inference_steps", 1); // so that the one time is the last
        }
        return json;
    }
}
