package io.bootdistill.internal.pipeline;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import io.bootdistill.network.text.ClipText;
import io.bootdistill.text.ClipTokenizer;
import io.bootdistill.text.PromptIds;

/** A tokenizer and the text encoder that reads its ids: a prompt to the states of its tokens. Thread-safe: calls queue. */
final class TextEncoder implements AutoCloseable {

    private final TextComponent component;
    private final Scope scope = new Scope();
    private final Model model;
    private final Plan plan;
    private final Kernels kernels;
    private final float[] ids;

    /** Reads the weights. */
    TextEncoder(TextComponent component, Device device) {
        this.component = component;
        ids = new float[component.tokenizer().length()];
        try {
            model = scope.own(component.weights().read(device));
            plan = scope.own(new Plan(model, 1, Plan.Mode.INFERENCE));
            kernels = scope.own(device.openKernels());
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    ClipTokenizer tokenizer() {
        return component.tokenizer();
    }

    /** The weights of the encoder. */
    Model model() {
        return model;
    }

    /** Channels of a token's state. */
    int channels() {
        return component.channels();
    }

    /**
     * Encodes a prompt.
     *
     * @param prompt as the tokenizer has it
     * @param states [tokens][channels], written
     * @return the prompt's vector; empty where it is not made
     */
    synchronized float[] encode(PromptIds prompt, float[] states) {
        for (int i = 0; i < ids.length; i++) {
            ids[i] = prompt.ids()[i];
        }
        kernels.upload(ids, 0, plan.x().data());
        plan.forward(kernels, 1);
        kernels.download(plan.y().data(), states, 0);
        Tensor pooled = plan.output(ClipText.POOLED);
        if (pooled == null) {
            return new float[0];
        }
        float[] vector = new float[pooled.channels()];
        long row = component.network().config().pooledToken(prompt.ids());
        kernels.download(pooled.data().slice(row * vector.length, vector.length), vector, 0);
        return vector;
    }

    /** Waits for what is encoded. */
    @Override
    public synchronized void close() {
        scope.close();
    }
}
