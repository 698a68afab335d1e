package io.bootdistill;

import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.internal.diffusers.DiffusersFolder;
import io.bootdistill.internal.pipeline.Enlargement;
import io.bootdistill.internal.pipeline.Pipeline;
import io.bootdistill.internal.pipeline.StudentMarks;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.LeadingChannels;
import io.bootdistill.network.Network;
import io.bootdistill.network.TimeEmbeddingType;
import io.bootdistill.network.UNet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which teachers can be distilled, into students of which networks. */
final class Distillable {

    private static final Set<List<String>> SCALARS = Set.of(
            List.of(ScalarInputs.TIME), List.of(ScalarInputs.TIME, ScalarInputs.GUIDANCE),
            List.of(ScalarInputs.TIME, ScalarInputs.TARGET_TIME),
            List.of(ScalarInputs.TIME, ScalarInputs.GUIDANCE, ScalarInputs.TARGET_TIME));

    private Distillable() {}

    /**
     * The network of a student, made of the given one.
     *
     * @throws IllegalArgumentException naming what does not fit
     */
    static Network network(Denoiser teacher, Network network) {
        Checks.notNull("teacher", teacher);
        Checks.notNull("network", network);
        requireDistillable(teacher);
        Network made = prediction(network.equals(own(teacher)) ? withoutDropout(network) : network, teacher.shape());
        Checks.that(network.condition().equals(teacher.condition()), "the network's condition", network.condition(),
                "the teacher's " + teacher.condition());
        boolean prompts = teacher instanceof Teacher its && its.readsPrompts();
        Checks.that(network.condition() instanceof ConditionShape.None || network.condition() instanceof ConditionShape.Label
                || network.condition() instanceof ConditionShape.Vector || prompts
                        || Enlargement.isPartOf(network.condition()), "the network's condition", network.condition(),
                "none, a label or a vector; or that of prompts, or of smaller pictures");
        Checks.that(SCALARS.contains(network.scalars()), "the network's scalar inputs", network.scalars(),
                "[t], with w for a range of guidance, with s for a student of two times");
        if (made instanceof UNet unet) {
            Checks.that(unet.config().timeEmbeddingType() != TimeEmbeddingType.FOURIER,
                    "time_embedding_type", "fourier", "positional: fourier embeddings divide by the time, which ends at 0");
            Checks.that(unet.config().dropout() == 0, "dropout", unet.config().dropout(),
                    "0 in training; give the student's network without it");
        }
        return made;
    }

    private static @Nullable Network own(Denoiser teacher) {
        return teacher instanceof Teacher its ? its.network() : null;
    }

    /** A teacher was trained with it; its student learns what the teacher says without. */
    private static Network withoutDropout(Network network) {
        return network instanceof UNet unet ? unet.configured(unet.config().toBuilder().dropout(0).build()) : network;
    }

    private static void requireDistillable(Denoiser teacher) {
        if (teacher instanceof Teacher its && its.origin() != null) {
            DiffusersFolder folder = its.origin().folder();
            StudentMarks.requireDenoiser(folder.marks(), folder.path());
        }
        Pipeline pipeline = teacher instanceof Teacher its ? its.pipeline() : null;
        if (pipeline == null) {
            return;
        }
        StudentMarks.requireDenoiser(pipeline.folder().marks(), pipeline.folder().path());
        String name = pipeline.folder().pipeline().className();
        Checks.that(pipeline.consistency() == null, "the teacher", name,
                "a model that denoises a little at a time: this one has few steps already; distil that which it was made from");
        Checks.that(pipeline.trained().models().size() < 2, "the teacher", "one whose text encoder was trained just now",
                "saved and loaded again, so that a student's folder has that encoder");
    }

    /** The network without the variance that it may have learnt beside the prediction: a student predicts alone. */
    private static Network prediction(Network network, ImageShape shape) {
        boolean hasVariance = network.outputChannels() == 2 * shape.channels() && !(network instanceof UNet);
        Network made = hasVariance ? LeadingChannels.of(network, shape.channels()) : network;
        Checks.that(made.input().equals(shape) && made.output().equals(shape), "network", network,
                "for images of the teacher's shape " + shape + ", beside them a learnt variance at most, but for a UNet2DModel");
        return made;
    }
}
