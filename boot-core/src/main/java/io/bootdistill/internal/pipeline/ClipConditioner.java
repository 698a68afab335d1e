package io.bootdistill.internal.pipeline;

import io.bootdistill.device.Device;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.diffusers.PipelineClass;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.ConditionShape.Tokens;
import io.bootdistill.network.unet.ConditionalUNet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Prompts by the text encoders of CLIP: one, whose normed states are read (Stable Diffusion, latent consistency models); or two,
 * whose states before the last layer lie side by side, with the vector of the second and the picture's size and crop (SDXL,
 * arXiv 2307.01952, §2.2).
 */
final class ClipConditioner implements Conditioner {

    private final Parts shape;
    private final boolean isNullZero;
    private final Scope scope = new Scope();
    private final List<TextEncoder> encoders = new ArrayList<>();

    /** @param shape what the network reads */
    ClipConditioner(PipelineFolder folder, Parts shape, Device device) {
        this.shape = shape;
        boolean two = folder.pipeline() == PipelineClass.STABLE_DIFFUSION_XL;
        isNullZero = two && folder.flag("force_zeros_for_empty_prompt", true);
        try {
            encoders.add(scope.own(new TextEncoder(folder, "text_encoder", "tokenizer", two, false, device)));
            if (two) {
                encoders.add(scope.own(new TextEncoder(folder, "text_encoder_2", "tokenizer_2", true, true, device)));
            }
            requireWidth(folder);
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    private void requireWidth(PipelineFolder folder) {
        int width = encoders.stream().mapToInt(TextEncoder::channels).sum();
        Tokens text = (Tokens) shape.part(ConditionalUNet.TEXT).shape();
        if (text.channels() != width || encoders.stream().anyMatch(encoder -> encoder.tokens() != text.length())) {
            throw new ModelFormatException(folder.path() + ": the text encoder gives " + encoders.get(0).tokens() + " states of "
                    + width + " values, the network reads " + text.length() + " of " + text.channels()
                    + " (cross_attention_dim); use the components of one model");
        }
    }

    @Override
    public Parts shape() {
        return shape;
    }

    @Override
    public void write(String prompt, int width, int height, float[] target) {
        Tokens text = (Tokens) shape.part(ConditionalUNet.TEXT).shape();
        int column = 0;
        float[] vector = {};
        for (TextEncoder encoder : encoders) {
            float[] states = new float[encoder.tokens() * encoder.channels()];
            vector = encoder.encode(prompt, states);
            for (int token = 0; token < text.length(); token++) {
                System.arraycopy(states, token * encoder.channels(), target, token * text.channels() + column,
                        encoder.channels());
            }
            column += encoder.channels();
        }
        int at = shape.part(ConditionalUNet.TEXT).shape().floats();
        System.arraycopy(vector, 0, target, at, vector.length);
        writeSize(width, height, target);
    }

    @Override
    public void writeNull(int width, int height, float[] target) {
        if (isNullZero) {
            Arrays.fill(target, 0);
            writeSize(width, height, target);
        } else {
            write("", width, height, target);
        }
    }

    /** The picture is given as one that was not cropped: its height and width, no crop, and both again. */
    private void writeSize(int width, int height, float[] target) {
        int at = 0;
        for (ConditionShape.Part part : shape.parts()) {
            if (part.name().equals(ConditionalUNet.TIME_IDS)) {
                float[] ids = {height, width, 0, 0, height, width};
                System.arraycopy(ids, 0, target, at, ids.length);
            }
            at += part.shape().floats();
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
