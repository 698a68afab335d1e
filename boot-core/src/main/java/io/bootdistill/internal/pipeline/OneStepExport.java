package io.bootdistill.internal.pipeline;

import com.google.gson.JsonObject;
import io.bootdistill.device.Activation;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.internal.diffusers.Component;
import io.bootdistill.internal.diffusers.ModelWeights;
import io.bootdistill.internal.diffusers.PipelineClass;
import io.bootdistill.internal.diffusers.PipelineExport;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.diffusers.WeightsManifest;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.sampling.StudentModel;
import io.bootdistill.internal.sampling.TimeFold;
import io.bootdistill.network.LeadingChannels;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.ParameterReader;
import io.bootdistill.network.TimeLayers;
import io.bootdistill.network.UNet;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A student as a whole folder that the stock pipeline draws with: a network that denoises in one step, y_θ(ε, t_min). The time
 * is folded into the weights as for pixels: {@code linear_2} of its embedding gives that of t_min whatever it is told. A U-Net of
 * texts that is told the guidance scale keeps that input, which is the format's and is added before; there {@code linear_1} reads
 * the time that the pipeline passes as t_min. All else is the source's. A student that denoises states of its own stays as it is
 * and has the scheduler of its steps, see {@link FewStepScheduler}.
 *
 * <p>Other networks that are told the scale keep an input that the format does not have, or are written for one scale, which is
 * folded, too. A student with two times keeps both, its output as it is, and the teacher's scheduler. Of an output with a learnt
 * variance, which no lesson has trained, the channels of the variance are written as zeros: they would be made of features that
 * have changed under them.
 */
public final class OneStepExport {

    private static final String UNET_TIME = "time_embedding";
    private static final String SCALE = "scaling_factor";
    private static final String SECOND_WEIGHT = ".linear_2.weight";
    private static final String SECOND_BIAS = ".linear_2.bias";

    private final PipelineFolder source;
    private final Model student;
    private final Network network;
    private final NoiseSchedule schedule;
    private final Prediction output;
    private final StudentMarks marks;
    private final Map<String, float[]> changed = new HashMap<>();

    /**
     * Prepares the weights.
     *
     * @param student of a network like the source's
     * @param output what its outputs mean; those of an ε-teacher's student are y = −F
     * @param guidance the scales to write: those that the student was distilled for, or one of them
     * @throws UnsupportedOperationException if the format has no form for it
     */
    public OneStepExport(PipelineFolder source, StudentModel model, GuidanceRange guidance) {
        this.source = source;
        student = model.model();
        schedule = model.schedule();
        output = model.prediction();
        if (!source.pipeline().isWhole()) {
            throw new UnsupportedOperationException(source.path() + " is a " + source.pipeline().className() + ", must be a"
                    + " pipeline of more than a network and a scheduler; a student of one that has no more is saved as it is");
        }
        network = student.graph().network();
        marks = new StudentMarks(guidance, model.hasTwoTimes(), model.fewSteps());
        if (marks.hasTwoTimes()) {
            if (!isTold() && network.scalars().contains(ScalarInputs.GUIDANCE)) {
                throw new UnsupportedOperationException("a student of two times is saved with the range of guidance that it has");
            }
            return;
        }
        if (network.timeLayers().isEmpty() && marks.fewSteps() == null) {
            throw new UnsupportedOperationException(source.network().folder().resolve("config.json") + ": the time enters otherwise"
                    + " than by sinusoids and two layers (a fourier embedding divides the output by it), and no weights undo that");
        }
        double end = schedule.networkTime(schedule.tMin());
        for (TimeLayers layers : network.timeLayers()) {
            if (marks.fewSteps() != null) {
                addScale(layers, values(layers.name() + SECOND_BIAS));
            } else if (isToldByTheFormat()) {
                shift(layers.sinusoid().apply(end), layers.sinusoid().apply(schedule.networkTime(schedule.tMax())));
            } else {
                fold(layers, end);
            }
        }
    }

    /** Whether what is written is told the guidance scale. */
    private boolean isTold() {
        return network.scalars().contains(ScalarInputs.GUIDANCE) && (marks.guidance().isWide() || isToldByTheFormat());
    }

    private boolean isToldByTheFormat() {
        return network.scalars().contains(ScalarInputs.GUIDANCE) && source.network().className().equals("UNet2DConditionModel");
    }

    /** Whether the stock pipeline passes all that it is told. */
    private boolean isPassed() {
        boolean isOfAnother = marks.fewSteps() == FewSteps.DDIM && source.pipeline() == PipelineClass.LATENT_CONSISTENCY;
        return !marks.hasTwoTimes() && isTold() == isToldByTheFormat() && !isOfAnother;
    }

    private void fold(TimeLayers layers, double time) {
        addScale(layers, TimeFold.embedding(student, layers, time));
        changed.put(layers.name() + SECOND_WEIGHT, new float[find(layers.name() + SECOND_WEIGHT).size()]);
    }

    /** Makes an embedding, with that of the scale where it is written for one, the bias of the second layer. */
    private void addScale(TimeLayers layers, float[] embedding) {
        if (network.scalars().contains(ScalarInputs.GUIDANCE) && !isTold()) {
            float[] scale = TimeFold.embedding(student, new TimeLayers(
                    UNet.embeddingName(ScalarInputs.GUIDANCE), Activation.SILU, layers.sinusoid()), marks.guidance().least());
            for (int i = 0; i < scale.length; i++) {
                embedding[i] += scale[i];
            }
        }
        changed.put(layers.name() + SECOND_BIAS, embedding);
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
                if (isTold() || !parameter.name().startsWith(UNet.embeddingName(ScalarInputs.GUIDANCE))) {
                    tensors.add(new WeightsManifest.Tensor(
                            parameter.name(), parameter.shape(), (first, into) -> values(reader, parameter, first, into)));
                }
            }
            PipelineExport export = new PipelineExport(source).weights(component.name(), read.manifest().writer(tensors))
                    .text("README.md", OneStepReadme.text(source, isTold(), isPassed(), marks.fewSteps()))
                    .text(PipelineFolder.MARKS, Json.text(marks.toJson()));
            if (marks.fewSteps() != null) {
                export.scheduler(FewStepScheduler.json(source, schedule, output, marks.fewSteps()));
            } else if (!marks.hasTwoTimes()) {
                export.scheduler(OneStepScheduler.json(source, schedule, output));
            }
            if (isToldByTheFormat()) {
                JsonObject config = component.config();
                config.addProperty("time_cond_proj_dim", find(UNET_TIME + ".cond_proj.weight").shape()[1]);
                export.config(component.name(), config);
            }
            nameScale(export);
            export.write(target);
        }
    }

    /** The latents of a VQModel that names no scale were never scaled; the stock class has another default. */
    private void nameScale(PipelineExport export) {
        String autoencoder = source.pipeline().autoencoder();
        if (autoencoder == null || !source.component(autoencoder).className().equals("VQModel")) {
            return;
        }
        JsonObject config = source.component(autoencoder).config();
        if (!config.has(SCALE)) {
            config.addProperty(SCALE, 1.0);
            export.config(autoencoder, config);
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
        if (parameter.name().startsWith("conv_out.") || parameter.name().startsWith("proj_out_2.")) {
            for (int i = start; i < into.position(); i++) {
                into.put(i, factor(parameter, first + i - start) * into.get(i));
            }
        }
    }

    /** What an element of the last layer is multiplied by: its rows are those of a pixel after another, each with all channels. */
    private float factor(Parameter parameter, long element) {
        long row = element / (parameter.size() / parameter.shape()[0]);
        int channels = network instanceof LeadingChannels leading ? leading.whole().outputChannels() : network.outputChannels();
        if (row % channels >= network.outputChannels()) {
            return 0;
        }
        boolean isSignal = !marks.hasTwoTimes() && marks.fewSteps() == null;
        return output == Prediction.EPSILON && isSignal ? -1 : 1; // y = −F becomes y = F
    }
}
