package io.bootdistill.internal.pipeline;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.diffusers.PipelineClass;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.network.ConditionShape.Part;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.ConditionShape.Tokens;
import io.bootdistill.network.unet.ConditionalUNet;
import java.util.ArrayList;
import java.util.List;

/**
 * The text encoders of a pipeline's folder, which fit the network that reads them: all of them but the weights.
 *
 * @param shape what the network reads
 * @param texts one, or two whose states lie side by side
 */
record ClipComponents(PipelineFolder folder, Parts shape, List<TextComponent> texts) {

    /** @throws ModelFormatException if a text encoder is missing, damaged, or that of another model */
    static ClipComponents of(PipelineFolder folder, Parts shape) {
        boolean two = folder.pipeline() == PipelineClass.STABLE_DIFFUSION_XL;
        List<TextComponent> texts = new ArrayList<>();
        texts.add(TextComponent.of(folder, "text_encoder", "tokenizer", two, false));
        if (two) {
            texts.add(TextComponent.of(folder, "text_encoder_2", "tokenizer_2", true, true));
        }
        ClipComponents components = new ClipComponents(folder, shape, texts);
        components.requireFit();
        return components;
    }

    private void requireFit() {
        Tokens text = (Tokens) shape.part(ConditionalUNet.TEXT).shape();
        for (TextComponent one : texts) {
            require(one.tokenizer().length() == text.length(),
                    one.tokenizer().length() + " tokens (max_position_embeddings)", String.valueOf(text.length()));
        }
        int width = texts.stream().mapToInt(TextComponent::channels).sum();
        require(width == text.channels(), "states of " + width + " values (hidden_size)",
                text.channels() + " (cross_attention_dim)");
        int vector = texts.stream().mapToInt(TextComponent::pooledLength).sum();
        Part pooled = shape.part(ConditionalUNet.POOLED);
        int read = pooled == null ? 0 : pooled.shape().floats();
        require(vector == read, "a vector of " + vector + " values (projection_dim)",
                read + " (addition_embed_type; projection_class_embeddings_input_dim without the picture's numbers)");
        if (shape.part(ConditionalUNet.CLASS) != null) {
            throw new ModelFormatException(folder.network().folder().resolve("config.json") + ": class_embed_type or"
                    + " num_class_embeds is given, must be null in a " + folder.pipeline().className()
                    + ": its prompts give no class");
        }
    }

    private void require(boolean satisfied, String given, String read) {
        if (!satisfied) {
            throw new ModelFormatException(folder.path() + ": the text encoder gives " + given + ", the network in "
                    + folder.network().folder().resolve("config.json") + " reads " + read + "; use the components of one model");
        }
    }
}
