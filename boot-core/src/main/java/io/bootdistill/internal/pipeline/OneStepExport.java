package io.bootdistill.internal.pipeline;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.format.SchedulerType;
import io.bootdistill.format.TimestepSpacing;
import io.bootdistill.internal.diffusers.Component;
import io.bootdistill.internal.diffusers.ModelWeights;
import io.bootdistill.internal.diffusers.PipelineExport;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.diffusers.WeightsManifest;
import io.bootdistill.internal.file.FolderLayout;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.sampling.TimeFold;
import io.bootdistill.network.Model;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.ParameterReader;
import io.bootdistill.network.TimeLayers;
import io.bootdistill.network.dit.Dit;
import io.bootdistill.network.unet.ConditionalUNet;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A network that denoises in one step, y_θ(ε, t_min), as a whole folder: the stock pipeline draws with it in one step. The time is
 * folded into the weights as for pixels: {@code linear_2} of its embedding gives that of t_min whatever it is told. A network that is
 * told the guidance scale keeps that input, which is added before; there {@code linear_1} reads the time that the pipeline passes as
 * t_min. All else is the source's.
 */
public final class OneStepExport {

    /** Marks a folder as a student's, in the file that this library alone reads. */
    public static final String MARK = "one_step";

    /** Names there the smallest and the largest guidance scale that the student was distilled for. */
    public static final String GUIDANCE_MARK = "guidance";

    private static final String UNET_TIME = "time_embedding";

    private final PipelineFolder source;
    private final Model student;
    private final NoiseSchedule schedule;
    private final Prediction teacher;
    private final GuidanceRange guidance;
    private final Map<String, float[]> changed = new HashMap<>();

    /**
     * Prepares the weights.
     *
     * @param student of a network like the source's
     * @param teacher what the source's outputs mean; those of an ε-teacher's student are y = −F
     * @param guidance the scales that the student was distilled for
     * @throws UnsupportedOperationException if the format has no form for it
     */
    public OneStepExport(
            PipelineFolder source, Model student, NoiseSchedule schedule, Prediction teacher, GuidanceRange guidance) {
        this.source = source;
        this.student = student;
        this.schedule = schedule;
        this.teacher = teacher;
        this.guidance = guidance;
        double end = schedule.networkTime(schedule.tMin());
        for (TimeLayers layers : student.graph().network().timeLayers()) {
            if (student.graph().network().scalars().contains(ScalarInputs.GUIDANCE)) {
                shift(layers.sinusoid().apply(end), layers.sinusoid().apply(schedule.networkTime(schedule.tMax())));
            } else {
                fold(layers, end);
            }
        }
    }

    private void fold(TimeLayers layers, double time) {
        changed.put(layers.name() + ".linear_2.bias", TimeFold.embedding(student, layers, time));
        changed.put(layers.name() + ".linear_2.weight", new float[find(layers.name() + ".linear_2.weight").size()]);
    }

    private void shift(double[] to, double[] from) {
        float[] weight = values(UNET_TIME + ".linear_1.weight");
        float[] bias = values(UNET_TIME + ".linear_1.bias");
        for (int o = 0; o < bias.length; o++) {
            double sum = bias[o];
            for (int i = 0; i < to.length; i++) {
                sum += weight[o * to.length + i] * (to[i] - from[i]);
            }
            bias[o] = (float) sum;
        }
        changed.put(UNET_TIME + ".linear_1.bias", bias);
    }

    private Parameter find(String name) {
        return student.graph().layout().find(name);
    }

    private float[] values(String name) {
        float[] values = new float[find(name).size()];
        try (ParameterReader reader = student.reader()) {
            reader.read(find(name), 0, FloatBuffer.wrap(values));
        }
        return values;
    }

    /** Whether a folder is a student's that was written here. */
    public static boolean isOneStep(PipelineFolder folder) {
        return folder.marks().has(MARK);
    }

    /** Writes the folder, atomically; what is there must be empty or such a folder. */
    public void write(Path target) throws IOException {
        Component component = source.network();
        try (ModelWeights read = component.openWeights(); ParameterReader reader = student.reader()) {
            List<WeightsManifest.Tensor> tensors = new ArrayList<>();
            for (Parameter parameter : student.graph().layout().all()) {
                tensors.add(new WeightsManifest.Tensor(
                        parameter.name(), parameter.shape(), (first, into) -> values(reader, parameter, first, into)));
            }
            new PipelineExport(source).scheduler(scheduler()).config(component.name(), config(component))
                    .weights(component.name(), read.manifest().writer(tensors)).text("README.md", readme()).text(PipelineFolder.MARKS, Json.text(marks())).write(target);
        }
    }

    /** The network's, with the input of the scale that the student may have and its teacher not. */
    private JsonObject config(Component component) {
        JsonObject config = component.config();
        if (student.graph().network() instanceof ConditionalUNet unet && unet.scalars().contains(ScalarInputs.GUIDANCE)) {
            config.addProperty("time_cond_proj_dim", unet.config().embedding().time().guidanceChannels());
        }
        return config;
    }

    private void values(ParameterReader reader, Parameter parameter, long first, FloatBuffer into) {
        float[] folded = changed.get(parameter.name());
        if (folded != null) {
            into.put(folded, (int) first, into.remaining());
            return;
        }
        int start = into.position();
        reader.read(parameter, first, into);
        boolean last = parameter.name().startsWith("conv_out.") || parameter.name().startsWith("proj_out_2.");
        for (int i = start; i < into.position() && last && teacher == Prediction.EPSILON; i++) {
            into.put(i, -into.get(i)); // y = −F becomes y = F
        }
    }

    private JsonObject marks() {
        JsonObject marks = new JsonObject();
        FolderLayout.mark(marks);
        marks.addProperty(MARK, true);
        if (!guidance.equals(GuidanceRange.NONE)) {
            JsonArray range = new JsonArray();
            range.add(guidance.least());
            range.add(guidance.most());
            marks.add(GUIDANCE_MARK, range);
        }
        return marks;
    }

    /** The teacher's schedule up to t_max, as a DDIM scheduler whose one step gives the sample. */
    private JsonObject scheduler() {
        SchedulerConfig own = source.scheduler();
        int count = 1 + (int) Math.round(schedule.networkTime(schedule.tMax()));
        SchedulerConfig scheduler = own.toBuilder()
                .type(SchedulerType.DDIM)
                .numTrainTimesteps(count)
                .trainedBetas(count < own.numTrainTimesteps()
                        ? Arrays.stream(own.betas()).limit(count).boxed().toList() : own.trainedBetas())
                .predictionType(teacher == Prediction.V ? PredictionType.V_PREDICTION : PredictionType.SAMPLE)
                .clipSample(false)
                .thresholding(false)
                .timestepSpacing(TimestepSpacing.TRAILING)
                .stepsOffset(1)
                .setAlphaToOne(true)
                .build();
        return Json.parse(scheduler.toJson(), "scheduler");
    }

    private String readme() {
        boolean told = student.graph().network().scalars().contains(ScalarInputs.GUIDANCE);
        return """
                # A one-step model

                This folder holds a network that makes a picture in one call. Its pipeline's defaults are those of many steps: say

                    pipe(%s, num_inference_steps=1, guidance_scale=%s)

                %s. What the README of the model that it was made from says, its licence and its terms of use included, holds for this
                one, too: see README-teacher.md and the files beside it. No safety checker looks at what it draws, unless this folder
                holds one.
                """.formatted(student.graph().network() instanceof Dit ? "class_labels" : source.has("tokenizer") ? "prompt" : "",
                        told ? "W" : "1", told ? "with the scale W that is wanted: the network is told it" : "without guidance: it is in"
                        + " the network already");
    }
}
