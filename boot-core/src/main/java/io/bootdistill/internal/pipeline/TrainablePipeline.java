package io.bootdistill.internal.pipeline;

import io.bootdistill.device.Device;
import io.bootdistill.diffusion.CaptionedImages;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.InMemoryImages;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.diffusers.PipelineClass;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.internal.work.ConditionTable;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Network;
import io.bootdistill.network.unet.ConditionalUNet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * A pipeline's folder as what is trained on captioned images: its autoencoder makes latents of them, its text encoder states of
 * their captions, once; or the encoder is trained along and reads the captions' ids in every step. Immutable.
 */
public final class TrainablePipeline {

    private static final Set<PipelineClass> SUPPORTED = Set.of(PipelineClass.STABLE_DIFFUSION, PipelineClass.STABLE_DIFFUSION_XL);
    private static final String TEXT_ENCODER = "text_encoder";

    private final PipelineFolder folder;
    private final ConditionalUNet unet;
    private final ClipComponents texts;
    private final PictureEncoder encoder;
    private final boolean trainsText;

    /**
     * Reads the configurations and the headers of the weights.
     *
     * @param trainsText whether the text encoder is trained, too
     * @throws ModelFormatException if a component is missing, damaged or that of another model, or such a pipeline is not trained
     */
    public TrainablePipeline(PipelineFolder folder, boolean trainsText) {
        this.folder = folder;
        this.trainsText = trainsText;
        require(SUPPORTED.contains(folder.pipeline()), "a " + folder.pipeline().className(),
                "a StableDiffusionPipeline or a StableDiffusionXLPipeline, which draw latents from prompts that CLIP reads");
        require(!StudentMarks.isStudent(folder.marks()), "a student", "a teacher, which denoises a little at a time");
        require(!trainsText || folder.pipeline() == PipelineClass.STABLE_DIFFUSION, "a pipeline of two text encoders",
                "one of one, for that to be trained");
        PipelineNetwork.requireFormat(folder);
        unet = (ConditionalUNet) PipelineNetwork.of(folder);
        require(unet.scalars().size() == 1, "a model that is told the guidance scale (time_cond_proj_dim)", "one that is not");
        require(unet.outputChannels() == unet.input().channels(), "a model of " + unet.input().channels() + " in_channels and "
                + unet.outputChannels() + " out_channels", "one of as many");
        texts = ClipComponents.of(folder, unet.condition());
        PictureComponent autoencoder = PictureComponent.of(folder, unet.input());
        encoder = new PictureEncoder(autoencoder.component(), autoencoder.network().config(), unet.input());
    }

    private void require(boolean satisfied, String found, String needed) {
        if (!satisfied) {
            throw new ModelFormatException(folder.path() + " holds " + found + ", must be " + needed);
        }
    }

    /** What was read. */
    public PipelineFolder folder() {
        return folder;
    }

    /** The shape of the pictures that it is trained on. */
    public ImageShape picture() {
        return encoder.picture();
    }

    /** What is trained: the U-Net, or the text encoder with it. */
    public Network network() {
        return trainsText ? new PromptUNet(texts.texts().get(0).network(), unet) : unet;
    }

    /** Opens all of it, to take over the weights that are trained. */
    public Pipeline open(Device device) {
        String denoising = folder.network().name();
        return new Pipeline(folder, device, null, trainsText ? Set.of(denoising, TEXT_ENCODER) : Set.of(denoising));
    }

    /**
     * The captions, each once: the place of one is the row of the table that stands for it.
     *
     * @throws IllegalArgumentException if there are more than the memory should hold
     */
    public List<String> captions(CaptionedImages images) {
        List<String> captions = List.copyOf(rows(images).keySet());
        long most = ConditionTable.mostRows(network().condition()) - 1;
        Checks.that(captions.size() <= most, "the number of different captions", captions.size(), "at most " + most
                + ", as what the network reads of them lies in memory; "
                + (trainsText ? "give fewer" : "give fewer, or train the text encoder along, which reads their ids"));
        return captions;
    }

    private static Map<String, Integer> rows(CaptionedImages images) {
        Map<String, Integer> rows = new LinkedHashMap<>();
        for (int i = 0; i < images.count(); i++) {
            rows.putIfAbsent(images.caption(i), rows.size());
        }
        return rows;
    }

    /** The latents of all images, each with the row of its caption as its label. */
    public ImageSource latents(CaptionedImages images, Device device, int workers, IntConsumer progress) {
        Map<String, Integer> rows = rows(images);
        int[] labels = new int[images.count()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = rows.get(images.caption(i));
        }
        return InMemoryImages.of(encoder.latents(), encoder.encode(images, device, workers, progress), labels);
    }

    /**
     * What the network reads of captions, on the device: a row for each, and one more for no caption at all; the caller closes it.
     *
     * @param opened this one
     */
    public ConditionTable conditions(Pipeline opened, List<String> captions) {
        return trainsText ? ids(captions, opened.model().device()) : opened.conditions(captions, List.of(""), picture());
    }

    private ConditionTable ids(List<String> captions, Device device) {
        List<String> all = new ArrayList<>(captions);
        all.add("");
        return ConditionTable.of(network().condition(), all.size(), device, (i, row) -> {
            int[] ids = texts.texts().get(0).tokenizer().ids(all.get(i)).ids();
            for (int k = 0; k < row.length; k++) {
                row[k] = ids[k];
            }
        });
    }
}
