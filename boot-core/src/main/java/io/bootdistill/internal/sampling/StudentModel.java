package io.bootdistill.internal.sampling;

import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import org.jspecify.annotations.Nullable;

/**
 * A student as machinery sees it.
 *
 * @param model the network's weights on their device
 * @param prediction what its output means
 * @param nullLabel −1 where there is none
 * @param scheduler the teacher's; null where it has none
 * @param fewSteps how it takes several steps if it denoises, as its teacher does; null for one that reads pure noise
 * @param readsEndAsMin whether the network is to be given t_max for t_min, as the format's one step does
 */
public record StudentModel(
        Model model, NoiseSchedule schedule, Prediction prediction, int nullLabel, GuidanceRange guidance,
        @Nullable SchedulerConfig scheduler, @Nullable FewSteps fewSteps, boolean readsEndAsMin) {

    /** One that is given the time as it is. */
    public StudentModel(
            Model model, NoiseSchedule schedule, Prediction prediction, int nullLabel, GuidanceRange guidance,
            @Nullable SchedulerConfig scheduler, @Nullable FewSteps fewSteps) {
        this(model, schedule, prediction, nullLabel, guidance, scheduler, fewSteps, false);
    }

    public ImageShape shape() {
        return model.graph().network().input();
    }

    public ConditionShape condition() {
        return model.graph().network().condition();
    }

    /** Whether the network is given the time of its input beside that of the signal. */
    public boolean hasTwoTimes() {
        return hasScalar(ScalarInputs.TARGET_TIME);
    }

    /** Whether it reads a state and its time, and what it says is the signal there. */
    public boolean isDenoiser() {
        return fewSteps != null;
    }

    /** The most steps that a sample can take. */
    public int mostSteps() {
        return fewSteps != null ? fewSteps.most(schedule) : hasTwoTimes() ? 1_000 : 1;
    }

    boolean hasScalar(String name) {
        return model.graph().network().scalars().contains(name);
    }

    /** The time that the network of a student with one time is given. */
    public double networkTime() {
        return schedule.networkTime(schedule.tMin());
    }

    /** Whether the format has a form for it. */
    public boolean isSavable() {
        return scheduler != null && (isDenoiser() || !model.graph().network().timeLayers().isEmpty());
    }
}
