package io.bootdistill;

import com.google.gson.JsonObject;
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.diffusers.PipelineExport;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.distillation.DistillationSetup;
import io.bootdistill.internal.file.FolderLayout;
import io.bootdistill.internal.pipeline.OneStepExport;
import io.bootdistill.internal.pipeline.Pipeline;
import io.bootdistill.internal.pipeline.StudentMarks;
import io.bootdistill.internal.sampling.StudentModel;
import io.bootdistill.network.LeadingChannels;
import io.bootdistill.network.Network;
import io.bootdistill.network.UNet;
import io.bootdistill.network.unet.ConditionalUNet;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Students of whole pipelines, as folders that the stock pipeline draws with in a step or a few: see {@link OneStepExport}. */
final class StudentPipelineFolder {

    private StudentPipelineFolder() {}

    /**
     * Opens a student's folder.
     *
     * @throws ModelFormatException if it is another's, before anything large is read
     */
    static PipelineFolder open(Path path) {
        PipelineFolder folder = PipelineFolder.open(path);
        JsonObject json = folder.marks();
        if (!StudentMarks.isStudent(json)) {
            throw new ModelFormatException(path + " holds a model that is no student; read it with Teacher.load");
        }
        FolderLayout.require(json, path.toString());
        return folder;
    }

    /** What was read of a folder. */
    record Read(StudentModel student, Pipeline pipeline) {}

    /** @param states null for the folder's own */
    static Read read(Path path, Device device, @Nullable Path states) {
        Pipeline pipeline = new Pipeline(open(path), device, states);
        try {
            return new Read(student(pipeline), pipeline);
        } catch (RuntimeException | Error e) {
            pipeline.close();
            throw e;
        }
    }

    /** The student in a pipeline that was read. */
    private static StudentModel student(Pipeline pipeline) {
        PipelineFolder folder = pipeline.folder();
        StudentMarks marks = StudentMarks.of(folder.marks(), folder.path());
        SchedulerConfig scheduler = folder.scheduler();
        Prediction written = Prediction.of(scheduler);
        Prediction prediction = marks.hasTwoTimes() ? DistillationSetup.ofTwoTimes(written) : written;
        if (prediction == Prediction.EPSILON && marks.fewSteps() == null) {
            throw new ModelFormatException(folder.path() + ": prediction_type is epsilon, which no one-step student has");
        }
        GuidanceRange guidance = marks.guidance();
        if (guidance.isWide() != pipeline.network().scalars().contains(ScalarInputs.GUIDANCE)) {
            throw new ModelFormatException(folder.path() + ": guidance is " + guidance.least() + " … " + guidance.most()
                    + ", which does not fit time_cond_proj_dim of the network; export it again");
        }
        return new StudentModel(pipeline.model(), DiscreteSchedule.of(scheduler), prediction, pipeline.nullLabel(), guidance,
                scheduler, marks.fewSteps(), guidance.isWide());
    }

    /**
     * Whether the student's network is that of the pipeline, but for inputs of its own and a variance that it has not learnt;
     * without a pipeline, whether it is one of pixels that the format has.
     */
    static boolean isSavable(StudentModel student, @Nullable Pipeline pipeline) {
        Network network = student.model().graph().network();
        if (pipeline == null) {
            return network instanceof UNet;
        }
        Network whole = network instanceof LeadingChannels leading ? leading.whole() : network;
        return pipeline.network().withScalars(network.scalars()).equals(whole);
    }

    /**
     * Writes a student: one that was read as it was.
     *
     * @param guidance the range to write: that of the student, or one scale of it
     */
    static void write(Path target, StudentModel student, Pipeline pipeline, GuidanceRange guidance) throws IOException {
        boolean isSame = guidance.equals(student.guidance());
        if (!isSame && pipeline.network() instanceof ConditionalUNet) {
            throw new UnsupportedOperationException("a student of prompts is saved with the range of guidance that it has, "
                    + student.guidance() + ": the stock pipeline passes the scale");
        }
        if (isSame && student.model() == pipeline.model()) {
            new PipelineExport(pipeline.folder()).write(target);
        } else {
            new OneStepExport(pipeline.folder(), student, guidance).write(target);
        }
    }
}
