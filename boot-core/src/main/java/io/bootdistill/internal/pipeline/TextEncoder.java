package io.bootdistill.internal.pipeline;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import io.bootdistill.network.text.ClipText;
import io.bootdistill.network.text.ClipTextConfig;
import io.bootdistill.text.ClipTokenizer;
import io.bootdistill.text.PromptIds;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A tokenizer and the text encoder that reads its ids: a prompt to the states of its tokens. Thread-safe: calls queue. */
final class TextEncoder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TextEncoder.class);

    private final ClipText network;
    private final ClipTokenizer tokenizer;
    private final Scope scope = new Scope();
    private final Model model;
    private final Plan plan;
    private final Kernels kernels;
    private final float[] ids;
    private final AtomicBoolean isCutKnown = new AtomicBoolean();

    /** @param pooled whether the prompt's vector is wanted, and the states of the last layer but one without the final norm */
    TextEncoder(PipelineFolder folder, String component, String tokenizerName, boolean penultimate, boolean pooled, Device device) {
        String source = folder.component(component).folder().resolve("config.json").toString();
        ClipTextConfig config = ClipTextConfig.parse(folder.component(component).config().toString(), source);
        network = penultimate ? new ClipText(config, 1, false, pooled) : new ClipText(config);
        tokenizer = ClipTokenizer.open(
                folder.component(tokenizerName).folder(), config.maxPositionEmbeddings(), config.vocabSize());
        if (tokenizer.length() != config.maxPositionEmbeddings()) {
            throw new ModelFormatException(folder.component(tokenizerName).folder() + ": prompts have " + tokenizer.length()
                    + " tokens, the text encoder in " + source + " has " + config.maxPositionEmbeddings()
                    + " positions; use the tokenizer of the same model");
        }
        ids = new float[tokenizer.length()];
        try {
            model = scope.own(ComponentModel.read(folder.component(component), network, device, ClipText::tensor));
            plan = scope.own(new Plan(model, 1, Plan.Mode.INFERENCE));
            kernels = scope.own(device.openKernels());
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /** Tokens of a prompt. */
    int tokens() {
        return tokenizer.length();
    }

    /** Channels of a token's state. */
    int channels() {
        return network.outputChannels();
    }

    /** Length of the vector of a whole prompt. */
    int pooledLength() {
        return network.config().projectionDim() == 0 ? network.config().hiddenSize() : network.config().projectionDim();
    }

    /**
     * Encodes a prompt.
     *
     * @param states [tokens][channels], written
     * @return the prompt's vector; empty where it is not made
     */
    synchronized float[] encode(String prompt, float[] states) {
        PromptIds found = tokenizer.ids(prompt);
        if (found.cut() && isCutKnown.compareAndSet(false, true)) {
            LOG.warn("a prompt is longer than the {} tokens that the text encoder reads, and is cut; so are others: {}",
                    tokenizer.length(), prompt);
        }
        for (int i = 0; i < ids.length; i++) {
            ids[i] = found.ids()[i];
        }
        kernels.upload(ids, 0, plan.x().data());
        plan.forward(kernels, 1);
        kernels.download(plan.y().data().slice(0, states.length), states, 0);
        Tensor pooled = plan.output(ClipText.POOLED);
        if (pooled == null) {
            return new float[0];
        }
        float[] vector = new float[pooled.channels()];
        long row = network.config().pooledToken(found.ids());
        kernels.download(pooled.data().slice(row * vector.length, vector.length), vector, 0);
        return vector;
    }

    @Override
    public void close() {
        scope.close();
    }
}
