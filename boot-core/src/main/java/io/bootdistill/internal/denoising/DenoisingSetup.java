package io.bootdistill.internal.denoising;

import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.training.Crew;
import io.bootdistill.internal.training.Division;
import io.bootdistill.internal.training.Trainer;
import io.bootdistill.internal.training.Trainer.Assigned;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.lesson.Reducer;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.UNet;
import java.util.List;

/**
 * What trains a teacher.
 *
 * @param scheduler what its outputs mean, at which noise levels
 * @param images of the network's input
 */
public record DenoisingSetup(
        UNet network, SchedulerConfig scheduler, Device device, ImageSource images, TeacherTrainingConfig config) {

    /** Decides block and lanes by the network, where they are left open. */
    public DenoisingSetup {
        Graph graph = Graph.of(network);
        config = config.toBuilder().block(Division.block(config.work().block(), graph))
                .lanes(Division.lanes(config.work().lanes(), graph)).build();
    }

    /** The state before the first step: random weights. */
    public TrainingState newState() {
        Model model = new Model(Graph.of(network), device, true);
        try {
            model.initialize(config.seed());
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
                    config.work().workers(), null, null));
            DenoisingDraws draws = new DenoisingDraws(
                    config, new DiscreteSchedule(scheduler.alphasCumprod()), Prediction.of(scheduler), images,
                    network.condition());
            DenoisingLesson lesson = parts.own(
                    new DenoisingLesson(draws, images.shape(), device, crew.block(), crew.workers().size()));
            return new Trainer(state, config.optimiser(), config.steps(), Reducer.LANES, crew,
                    List.of(new Assigned(0, config.steps(), lesson)));
        } catch (RuntimeException | Error e) {
            parts.closeAfter(e);
            throw e;
        }
    }
}
