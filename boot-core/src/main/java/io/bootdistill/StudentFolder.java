package io.bootdistill;

import com.google.gson.JsonObject;
import io.bootdistill.device.Activation;
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.diffusers.DiffusersFolder;
import io.bootdistill.internal.distillation.DistillationSetup;
import io.bootdistill.internal.file.FolderLayout;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.pipeline.FewStepScheduler;
import io.bootdistill.internal.pipeline.OneStepScheduler;
import io.bootdistill.internal.pipeline.Pipeline;
import io.bootdistill.internal.pipeline.SmallerMark;
import io.bootdistill.internal.pipeline.StudentMarks;
import io.bootdistill.internal.sampling.StudentModel;
import io.bootdistill.internal.sampling.TimeFold;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.ParameterReader;
import io.bootdistill.network.TimeLayers;
import io.bootdistill.network.UNet;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Students in the diffusers layout. The sample is y_θ(ε, t_min), so the time input is a constant and is folded into the
 * weights: {@code time_embedding.linear_2} gets the weight 0 and the embedding of t_min as its bias. What remains is an
 * ordinary U-Net that ignores its time step; one step of a DDIM scheduler at the last index is the student's head. A student
 * that denoises is an ordinary model with the scheduler of its steps.
 *
 * <p>A student that is given the guidance scale keeps that input, which the format does not have; written for one scale, it is
 * an ordinary U-Net, too. A student with two times keeps both, its output as it is, and the teacher's scheduler: no scheduler
 * of the format samples it.
 */
final class StudentFolder {

    private static final String SECOND_LAYER = "time_embedding.linear_2";

    private StudentFolder() {}

    static StudentModel read(Path path, Device device) {
        NetworkFolder reader = NetworkFolder.open(path);
        if (!reader.isStudent()) {
            throw new ModelFormatException(path + " holds a model that is no student; read it with Teacher.load");
        }
        FolderLayout.require(reader.folder().marks(), path.toString());
        StudentMarks marks = reader.marks();
        UNet network = (UNet) marks.network(reader.network());
        SchedulerConfig scheduler = reader.folder().scheduler();
        Prediction teacher = Prediction.of(scheduler);
        Prediction prediction = marks.hasTwoTimes() ? DistillationSetup.ofTwoTimes(teacher) : teacher;
        if (prediction == Prediction.EPSILON && marks.fewSteps() == null) {
            throw new ModelFormatException(path + ": prediction_type is epsilon, which no one-step student has");
        }
        int nullLabel = reader.folder().nullClass().orElse(-1);
        return new StudentModel(
                reader.model(network, device), DiscreteSchedule.of(scheduler), prediction, nullLabel, marks.guidance(), scheduler,
                marks.fewSteps());
    }

    /**
     * Writes a student.
     *
     * @param guidance the range to write; for one scale alone, it is folded into the weights like the time
     * @param pipeline whose network it is; null for one of pixels
     */
    static void write(Path folder, StudentModel student, GuidanceRange guidance, @Nullable Pipeline pipeline) throws IOException {
        if (pipeline != null) {
            StudentPipelineFolder.write(folder, student, pipeline, guidance);
            return;
        }
        UNet network = (UNet) student.model().graph().network();
        boolean timeFolded = !student.hasTwoTimes() && !student.isDenoiser();
        boolean negated = timeFolded && student.prediction() == Prediction.EPSILON;
        float[] time = !timeFolded ? null
                : TimeFold.embedding(student.model(), network.timeLayers().get(0), student.networkTime());
        String scale = UNet.embeddingName(ScalarInputs.GUIDANCE);
        boolean scaleFolded = student.guidance().isWide() && !guidance.isWide();
        float[] shift = !scaleFolded ? null
                : TimeFold.embedding(student.model(), new TimeLayers(scale, Activation.SILU,
                        w -> network.config().positionalEmbedding((float) w)), guidance.least());
        JsonObject config = Json.parse(network.config().toJson(), "network");
        JsonObject marks = new StudentMarks(guidance, student.hasTwoTimes(), student.fewSteps()).toJson();
        SmallerMark.add(marks, network);
        OptionalInt nullClass = student.nullLabel() < 0 ? OptionalInt.empty() : OptionalInt.of(student.nullLabel());
        SafetensorsWriter weights = new SafetensorsWriter();
        try (ParameterReader reader = student.model().reader()) {
            for (Parameter parameter : student.model().graph().layout().all()) {
                if (!scaleFolded || !parameter.name().startsWith(scale)) {
                    weights.add(parameter.name(), parameter.shape(),
                            (first, into) -> export(reader, parameter, first, into, time, shift, negated));
                }
            }
            DiffusersFolder.write(folder, config, scheduler(student), marks, nullClass, weights);
        }
    }

    /**
     * @param time the embedding of a constant time; null where it is none
     * @param shift that of a constant scale; null where it is none
     */
    private static void export(ParameterReader reader, Parameter parameter, long first, FloatBuffer into,
            float @Nullable [] time, float @Nullable [] shift, boolean negated) {
        int start = into.position();
        reader.read(parameter, first, into);
        boolean isBias = parameter.name().equals(SECOND_LAYER + ".bias");
        boolean isZero = time != null && parameter.name().equals(SECOND_LAYER + ".weight");
        boolean isNegated = negated && parameter.name().startsWith("conv_out."); // the head y = −F becomes y = F
        for (int i = start; i < into.position(); i++) {
            int element = (int) first + i - start;
            if (isZero) {
                into.put(i, 0);
            } else if (isBias) {
                float bias = time == null ? into.get(i) : time[element];
                into.put(i, shift == null ? bias : bias + shift[element]);
            } else if (isNegated) {
                into.put(i, -into.get(i));
            }
        }
    }

    /** One step of it is clamped, as pixels are. */
    private static JsonObject scheduler(StudentModel student) {
        SchedulerConfig own = student.scheduler();
        if (student.isDenoiser()) {
            return FewStepScheduler.json(own, student.schedule(), student.prediction(), student.fewSteps());
        }
        SchedulerConfig made = student.hasTwoTimes() ? own
                : OneStepScheduler.oneStep(own, student.schedule(), student.prediction())
                        .clipSample(true)
                        .clipSampleRange(1)
                        .stepsOffset(0)
                        .build();
        return Json.parse(made.toJson(), "scheduler");
    }
}
