package io.bootdistill.internal.sampling;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.work.ConditionTable;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import org.jspecify.annotations.Nullable;

/**
 * A teacher, resolved once for all machinery: what any can be asked for, and the network behind it where there is one.
 *
 * @param denoiser whose shapes, schedule and conditions these are; called on the host where there is no network
 * @param model the network's weights on their device; null for a function of the user's
 * @param prediction what the network's output means; for a function, what that of a student would
 * @param scheduler that of the network's folder; null for a function
 * @param conditions whose rows stand for the conditions of samples, as labels; null where these are given whole
 */
public record TeacherModel(
        Denoiser denoiser, @Nullable Model model, Prediction prediction, @Nullable SchedulerConfig scheduler,
        @Nullable ConditionTable conditions) {

    /** That of a user's function. */
    public static TeacherModel of(Denoiser function) {
        Prediction prediction = function.schedule() instanceof FlowSchedule ? Prediction.FLOW : Prediction.SAMPLE;
        return new TeacherModel(function, null, prediction, null, null);
    }

    /** The same with its conditions in a table. */
    public TeacherModel withConditions(ConditionTable table) {
        return new TeacherModel(denoiser, model, prediction, scheduler, table);
    }

    public boolean isNetwork() {
        return model != null;
    }

    /** The network; null for a function. */
    public @Nullable Network network() {
        return isNetwork() ? model.graph().network() : null;
    }

    /** Whether a network is told the scale of the guidance, so that its prediction is one call. */
    public static boolean isTold(@Nullable Network network) {
        return network != null && network.scalars().contains(ScalarInputs.GUIDANCE);
    }

    /** Where it runs: the network's device, else the best. */
    public Device device() {
        return isNetwork() ? model.device() : Devices.best();
    }

    public ImageShape shape() {
        return isNetwork() ? network().input() : denoiser.shape();
    }

    public NoiseSchedule schedule() {
        return denoiser.schedule();
    }

    /** What a sample is given: a row of the table where there is one, and what that has not. */
    public ConditionShape condition() {
        return conditions == null ? denoiser.condition() : conditions.carried(denoiser.condition());
    }

    /** The limit of predictions of x₀ that the scheduler asks for, where it is learnt and measured ({@link #isLimited}); or 0. */
    public double schedulerClip() {
        return isLimited() ? drawnClip() : 0;
    }

    /** The dynamic thresholding that the scheduler asks for, rather than a limit, likewise; null for none. */
    public @Nullable DynamicThreshold schedulerThreshold() {
        return isLimited() ? drawnThreshold() : null;
    }

    /** The limit in what a network draws, as in the format's DDIM, whatever the network's output means; 0 for none. */
    public double drawnClip() {
        return isNetwork() && scheduler.clipSample() && !scheduler.thresholding() ? scheduler.clipSampleRange() : 0;
    }

    /** The dynamic thresholding in what a network draws, likewise; null for none. */
    public @Nullable DynamicThreshold drawnThreshold() {
        return isNetwork() && scheduler.thresholding()
                ? new DynamicThreshold(scheduler.dynamicThresholdingRatio(), scheduler.sampleMaxValue()) : null;
    }

    /** Whether the scheduler has the predictions of x₀ limited: clamped, or by dynamic thresholding; for ε-prediction alone. */
    public boolean isLimited() {
        return isNetwork() && prediction == Prediction.EPSILON && (scheduler.clipSample() || scheduler.thresholding());
    }
}
