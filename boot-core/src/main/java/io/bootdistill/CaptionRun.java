package io.bootdistill;

import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.CaptionedImages;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.denoising.DenoisingSetup;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.pipeline.TrainablePipeline;
import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.internal.run.TeacherKey;
import io.bootdistill.internal.training.Checkpoint.Owner;
import io.bootdistill.internal.work.ConditionTable;
import io.bootdistill.network.Model;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A training on captioned images: what is made of them once, and the pipeline whose weights are trained. */
final class CaptionRun implements AutoCloseable {

    /** Images between two reports while they are encoded. */
    private static final int PORTION = 100;

    private final TrainablePipeline source;
    private final Device device;
    private final boolean isRandom;
    private final TeacherTrainingListener listener;
    private final String key;
    private final List<String> captions;
    private final ImageSource latents;
    private final Scope scope = new Scope();
    private final ConditionTable conditions;

    /** Null once it is a run's. */
    private @Nullable Teacher average;

    /**
     * Encodes images and captions.
     *
     * @param images of the pipeline's pictures
     * @param workers threads
     * @param isRandom whether weights begin at random
     */
    CaptionRun(
            TrainablePipeline source, CaptionedImages images, Device device, int workers, boolean isRandom,
            TeacherTrainingListener listener) {
        this.source = source;
        this.device = device;
        this.isRandom = isRandom;
        this.listener = listener;
        captions = source.captions(images);
        key = TeacherKey.of(source.network(), scheduler(), images);
        latents = source.latents(images, device, workers, done -> {
            if (done % PORTION == 0 || done == images.count()) {
                Notifications.tell("preparing", () -> listener.preparing(done, images.count()));
            }
        });
        average = Teacher.of(source.open(device));
        try {
            conditions = scope.own(source.conditions(average.pipeline(), captions));
        } catch (RuntimeException | Error e) {
            scope.own(average);
            scope.closeAfter(e);
            throw e;
        }
    }

    private SchedulerConfig scheduler() {
        return source.folder().scheduler();
    }

    /** What its checkpoints belong to. */
    Owner owner(String config) {
        return new Owner(key, CaptionTrainer.ORIGIN, config);
    }

    /** What trains it; before {@link #open}. */
    DenoisingSetup setup(TeacherTrainingConfig config) {
        Collection<Model> beginning = isRandom ? List.of() : average.pipeline().trained().models();
        return new DenoisingSetup(source.network(), scheduler(), device, latents, config, conditions, beginning);
    }

    /** Makes the state before the first step; what is returned ends with this. */
    TrainingRun<Teacher> open(TeacherTrainingConfig config, @Nullable RunFolder folder, Owner owner) {
        TeacherPupil pupil = new TeacherPupil(setup(config), average, captions, listener);
        average = null;
        return scope.own(TeacherTrainer.newRun(pupil, config, folder, owner));
    }

    @Override
    public void close() {
        if (average != null) {
            scope.own(average);
        }
        scope.close();
    }
}
