package io.bootdistill.internal.pipeline;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.network.text.ClipText;
import io.bootdistill.network.text.ClipTextConfig;
import io.bootdistill.text.ClipTokenizer;

/** A text encoder in a pipeline's folder, with its tokenizer: all of it but the weights. */
record TextComponent(ClipText network, ClipTokenizer tokenizer, ComponentModel weights) {

    /**
     * Reads configurations and the tokenizer.
     *
     * @param penultimate whether the states of the last layer but one are wanted, without the final norm
     * @param pooled whether the prompt's vector is wanted, too
     * @throws ModelFormatException if a file is missing, damaged, or that of another model
     */
    static TextComponent of(
            PipelineFolder folder, String component, String tokenizerName, boolean penultimate, boolean pooled) {
        String source = folder.component(component).folder().resolve("config.json").toString();
        ClipTextConfig config = ClipTextConfig.parse(folder.component(component).config().toString(), source);
        if (pooled && config.projectionDim() == 0) {
            throw new ModelFormatException(source + ": architectures names no CLIPTextModelWithProjection, which "
                    + folder.pipeline().className() + " must have as its " + component + "; use the components of one model");
        }
        ClipText network = penultimate ? new ClipText(config, 1, false, pooled) : new ClipText(config);
        ClipTokenizer tokenizer = ClipTokenizer.open(
                folder.component(tokenizerName).folder(), config.maxPositionEmbeddings(), config.vocabSize());
        if (tokenizer.length() != config.maxPositionEmbeddings()) {
            throw new ModelFormatException(folder.component(tokenizerName).folder() + ": prompts have " + tokenizer.length()
                    + " tokens (model_max_length), the text encoder in " + source + " has " + config.maxPositionEmbeddings()
                    + " positions; use the tokenizer of the same model");
        }
        return new TextComponent(network, tokenizer, new ComponentModel(folder.component(component), network));
    }

    /** Channels of a token's state. */
    int channels() {
        return network.outputChannels();
    }

    /** Length of the vector of a whole prompt; 0 where it is not made. */
    int pooledLength() {
        return network.pooled() ? network.config().projectionDim() : 0;
    }
}
