package io.bootdistill.internal.pipeline;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.network.ConditionShape.Tokens;
import io.bootdistill.network.unet.ConditionalUNet;
import io.bootdistill.text.TextStates;
import java.nio.file.Path;
import java.util.Locale;

/** Prompts whose text states were computed before, by an encoder of the T5 family (DeepFloyd IF). All tokens are read, unmasked. */
final class StatesConditioner implements Conditioner {

    private final Path file;
    private final TextStates states;
    private final int offset;

    /**
     * Opens a file.
     *
     * @param network that reads the states, whatever its number of tokens
     * @param model where it is from
     */
    StatesConditioner(Path file, ConditionalUNet network, Path model) {
        this.file = file;
        states = TextStates.open(file);
        Tokens text = (Tokens) network.condition().part(ConditionalUNet.TEXT).shape();
        offset = network.condition().offset(ConditionalUNet.TEXT);
        if (states.width() != text.channels()) {
            states.close();
            throw new ModelFormatException(file + ": states have " + states.width() + " values per token, the network of "
                    + model + " reads " + text.channels() + (network.config().text().projected()
                            ? " (encoder_hid_dim)" : " (cross_attention_dim)") + "; compute them with the encoder of this model");
        }
    }

    /** Tokens of each prompt. */
    int tokens() {
        return states.tokens();
    }

    /** The row of a prompt as it is, or else as IF's own pipelines give it to the encoder: stripped, in lower case. */
    @Override
    public void write(String prompt, int width, int height, float[] target) {
        String stripped = prompt.strip().toLowerCase(Locale.ROOT);
        boolean known = states.prompts().contains(prompt) || !states.prompts().contains(stripped);
        states.states(states.row(known ? prompt : stripped), target, offset);
    }

    @Override
    public void writeNull(int width, int height, float[] target) {
        if (!states.prompts().contains("")) {
            throw new IllegalArgumentException(file + " holds no text states of the empty prompt, which guidance leads away from;"
                    + " compute them, too, or draw with guidance 1, or with a negative prompt that it holds");
        }
        write("", width, height, target);
    }

    @Override
    public void close() {
        states.close();
    }
}
