package io.bootdistill.internal.pipeline;

import com.google.gson.JsonObject;
import io.bootdistill.device.Activation;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.format.SchedulerType;
import io.bootdistill.format.TimestepSpacing;
import io.bootdistill.format.VarianceType;
import io.bootdistill.internal.diffusers.Component;
import io.bootdistill.internal.diffusers.ModelWeights;
import io.bootdistill.internal.diffusers.PipelineClass;
import io.bootdistill.internal.diffusers.PipelineExport;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.diffusers.WeightsManifest;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.sampling.TimeFold;
import io.bootdistill.network.Frequencies;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.ParameterReader;
import io.bootdistill.network.TimeEmbeddingType;
import io.bootdistill.network.UNet;
import io.bootdistill.network.dit.Dit;
import io.bootdistill.network.unet.ConditionalUNet;
import io.bootdistill.network.unet.UNetEmbedding;
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
 * folded into the weights as for pixels: {@code linear_2} of its embedding gives that of t_min whatever it is told. A network that
 * is told the guidance scale keeps that input, which is added before; there {@code linear_1} reads the time that the pipeline passes
 * as t_min. All else is the source's.
 */
public final class OneStepExport {

    private static final String UNET_TIME = "time_embedding";

    private final PipelineFolder source;
    private final Model student;
    private final NoiseSchedule schedule;
    private final Prediction teacher;
    private final Map<String, float[]> changed = new HashMap<>();

    /**
     * Prepares the weights.
     *
     * @param student of a network like the source's
     * @param teacher what the source's outputs mean; those of an ε-teacher's student are y = −F
     * @throws UnsupportedOperationException if the format has no form for it
     */
    public OneStepExport(PipelineFolder source, Model student, NoiseSchedule schedule, Prediction teacher) {
        this.source = source;
        this.student = student;
        this.schedule = schedule;
        this.teacher = teacher;
        Network network = student.graph().network();
        requireForm(network);
        double end = schedule.networkTime(schedule.tMin());
        if (network instanceof Dit dit) {
            for (int i = 0; i < dit.config().numLayers(); i++) {
                fold("transformer_blocks." + i + ".norm1.emb.timestep_embedder",
                        Frequencies.embedding((float) end, 128, 1, true), Activation.SILU);
            }
        } else if (network instanceof ConditionalUNet unet) {
            UNetEmbedding.Time time = unet.config().embedding().time();
            if (network.scalars().contains(ScalarInputs.GUIDANCE)) {
                shift(sinusoid(unet, time, end), sinusoid(unet, time, schedule.networkTime(schedule.tMax())));
            } else {
                fold(UNET_TIME, sinusoid(unet, time, end), unet.config().residual().activation());
            }
        } else {
            fold(UNET_TIME, ((UNet) network).config().positionalEmbedding((float) end), Activation.SILU);
        }
    }

    private void requireForm(Network network) {
        if (!source.pipeline().isWhole()) {
            throw new UnsupportedOperationException(source.path() + " is a " + source.pipeline().className() + ", must be a"
                    + " pipeline of more than a network and a scheduler; a student of one that has no more is saved as it is");
        }
        List<String> told = new ArrayList<>(network.scalars());
        told.remove(ScalarInputs.TIME);
        if (network instanceof ConditionalUNet) {
            told.remove(ScalarInputs.GUIDANCE);
        }
        if (!told.isEmpty()) {
            throw new UnsupportedOperationException("a " + source.pipeline().className() + " has no form for a network that is told"
                    + " " + String.join(", ", told) + ": it has nothing to tell; distil for one step and one guidance scale");
        }
        if (network instanceof UNet unet && unet.config().timeEmbeddingType() != TimeEmbeddingType.POSITIONAL) {
            throw new UnsupportedOperationException(source.network().folder().resolve("config.json") + ": time_embedding_type is"
                    + " fourier, must be positional: a fourier embedding divides the output by the time, and no weights undo that");
        }
    }

    private static double[] sinusoid(ConditionalUNet unet, UNetEmbedding.Time time, double index) {
        return Frequencies.embedding(
                (float) index, unet.config().levels().get(0).channels() / 2, time.freqShift(), time.flipSinToCos());
    }

    private void fold(String name, double[] sinusoid, Activation f) {
        changed.put(name + ".linear_2.bias", TimeFold.embedding(student, name, sinusoid, f));
        changed.put(name + ".linear_2.weight", new float[find(name + ".linear_2.weight").size()]);
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

    /** Writes the folder, atomically; what is there must be empty or such a folder. */
    public void write(Path target) throws IOException {
        Component component = source.network();
        try (ModelWeights read = component.openWeights(); ParameterReader reader = student.reader()) {
            List<WeightsManifest.Tensor> tensors = new ArrayList<>();
            for (Parameter parameter : student.graph().layout().all()) {
                tensors.add(new WeightsManifest.Tensor(
                        parameter.name(), parameter.shape(), (first, into) -> values(reader, parameter, first, into)));
            }
            new PipelineExport(source).scheduler(scheduler()).weights(component.name(), read.manifest().writer(tensors))
                    .text("README.md", readme()).write(target);
        }
    }

    private void values(ParameterReader reader, Parameter parameter, long first, FloatBuffer into) {
        float[] folded = changed.get(parameter.name());
        if (folded != null) {
            into.put(folded, (int) first, into.remaining());
            return;
        }
        int start = into.position();
        reader.read(parameter, first, into);
        long end = teacher == Prediction.EPSILON ? predicted(parameter) : 0;
        for (int i = start; i < into.position() && first + i - start < end; i++) {
            into.put(i, -into.get(i)); // y = −F becomes y = F
        }
    }

    /** Values of a parameter of the last layer, from its first on, that the prediction comes from; 0 of any other. */
    private long predicted(Parameter parameter) {
        if (parameter.name().startsWith("proj_out_2.")) {
            return parameter.size(); // a learnt variance lies between the predictions of pixels, and is dropped by the pipeline
        }
        Network network = student.graph().network();
        return parameter.name().startsWith("conv_out.")
                ? parameter.size() / network.outputChannels() * network.input().channels() : 0;
    }

    /**
     * The teacher's schedule up to t_max, with a scheduler whose one step gives the sample: DDIM's; that of latent consistency
     * models, which their pipeline asks for a time of its own; DDPM's for DeepFloyd IF, whose pipeline reads there whether half
     * of the output is a variance.
     */
    private JsonObject scheduler() {
        boolean isConsistency = source.pipeline() == PipelineClass.LATENT_CONSISTENCY;
        boolean isIf = source.pipeline().readsTextStates();
        SchedulerConfig own = source.scheduler();
        int count = 1 + (int) Math.round(schedule.networkTime(schedule.tMax()));
        SchedulerConfig scheduler = own.toBuilder()
                .type(isConsistency ? SchedulerType.LCM : isIf ? SchedulerType.DDPM : SchedulerType.DDIM)
                .varianceType(VarianceType.FIXED_SMALL)
                .numTrainTimesteps(count)
                .trainedBetas(count < own.numTrainTimesteps()
                        ? Arrays.stream(own.betas()).limit(count).boxed().toList() : own.trainedBetas())
                .predictionType(teacher == Prediction.V ? PredictionType.V_PREDICTION : PredictionType.SAMPLE)
                .clipSample(isIf && own.clipSample())
                .thresholding(isIf && own.thresholding())
                .timestepSpacing(TimestepSpacing.TRAILING)
                .stepsOffset(1)
                .setAlphaToOne(true)
                .build();
        JsonObject json = Json.parse(scheduler.toJson(), "scheduler");
        if (isConsistency) {
            json.addProperty("original_inference_steps", 1); // so that the one time is the last
        }
        return json;
    }

    private String readme() {
        boolean told = student.graph().network().scalars().contains(ScalarInputs.GUIDANCE);
        return """
                # A one-step model

                This folder holds a network that makes a picture in one call. Its pipeline's defaults are those of many steps: say

                    pipe(%snum_inference_steps=1, guidance_scale=%s)

                %s. What the README of the model that it was made from says, its licence and its terms of use included, holds for this
                one, too: see README-teacher.md and the files beside it. No safety checker looks at what it draws, unless this folder
                holds one.
                """.formatted(inputs(), told ? "W" : "1", told ? "with the scale W that is wanted: the network is told it"
                        : "without guidance: it is in the network already");
    }

    /** What the pipeline is called with. */
    private String inputs() {
        if (student.graph().network() instanceof Dit) {
            return "class_labels, ";
        }
        if (!source.pipeline().readsTextStates()) {
            return source.has("tokenizer") ? "prompt, " : "";
        }
        return (source.has("text_encoder") ? "prompt, " : "prompt_embeds=states, ")
                + (source.pipeline() == PipelineClass.IF_SUPER_RESOLUTION ? "image=picture, noise_level=250, " : "");
    }
}
