package io.bootdistill.internal.denoising;

import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.MeanImages;
import io.bootdistill.diffusion.NoiseConditioning;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.SmallerImages;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.training.Crew;
import io.bootdistill.internal.training.Division;
import io.bootdistill.internal.training.Trainer.Assigned;
import io.bootdistill.internal.training.Trainer;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.internal.work.ConditionTable;
import io.bootdistill.lesson.Reducer;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.UNet;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What trains a teacher.
 *
 * @param scheduler what its outputs mean, at which noise levels
 * @param images of the network's input
 * @param conditions whose rows the labels of images are, the last for no condition at all; null where conditions are labels
 * @param beginning the weights to begin from, by their names; none for random ones
 */
public record DenoisingSetup(
        Network network, SchedulerConfig scheduler, Device device, ImageSource images, TeacherTrainingConfig config,
        @Nullable ConditionTable conditions, Collection<Model> beginning) {

    /** Decides block and lanes by the network, where they are left open. */
    public DenoisingSetup {
        Graph graph = Graph.of(network);
        config = config.toBuilder().block(Division.block(config.work().block(), graph))
                .lanes(Division.lanes(config.work().lanes(), graph)).build();
    }

    /** Of labels or of no conditions, from random weights. */
    public DenoisingSetup(
            Network network, SchedulerConfig scheduler, Device device, ImageSource images, TeacherTrainingConfig config) {
        this(network, scheduler, device, images, config, null, List.of());
    }

    /** The same with another configuration. */
    public DenoisingSetup with(TeacherTrainingConfig other) {
        return new DenoisingSetup(network, scheduler, device, images, other, conditions, beginning);
    }

    /** The state before the first step. */
    public TrainingState newState() {
        Model model = new Model(Graph.of(network), device, true);
        try {
            if (beginning.isEmpty()) {
                model.initialize(config.seed());
            }
            beginning.forEach(model::adopt);
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
        return new TrainingState(model);
    }

    /** A trainer of one lesson for the whole run. */
    public Trainer newTrainer(TrainingState state) {
        Scope parts = new Scope(); // the trainer's, once it is there
        try {
            Crew crew = parts.own(new Crew(
                    state.student, images.shape(), config.work().batch(), config.work().block(), config.work().lanes(),
                    config.work().workers(), null, conditions));
            DenoisingLesson lesson = parts.own(
                    new DenoisingLesson(newDraws(), images.shape(), device, crew.block(), crew.workers().size()));
            return new Trainer(state, config.optimiser(), config.steps(), Reducer.LANES, crew,
                    List.of(new Assigned(0, config.steps(), lesson)));
        } catch (RuntimeException | Error e) {
            parts.closeAfter(e);
            throw e;
        }
    }

    private DenoisingDraws newDraws() {
        NoiseSchedule schedule = new DiscreteSchedule(scheduler.alphasCumprod());
        Prediction prediction = Prediction.of(scheduler);
        return conditions == null ? new DenoisingDraws(config, schedule, prediction, images, network.condition(),
                        smaller())
                : new DenoisingDraws(config.toBuilder().nullLabel(conditions.rows() - 1).build(), schedule, prediction, images,
                        new ConditionShape.Label(conditions.rows()), null);
    }

    /** The smaller copies of the images, for a network that enlarges; null for others. */
    public @Nullable SmallerImages smaller() {
        return network instanceof UNet unet && unet.small() != null ? new SmallerImages(new MeanImages(images, unet.small()),
                new NoiseConditioning(scheduler.alphasCumprod(), images.shape()), (Parts) network.condition()) : null;
    }
}
