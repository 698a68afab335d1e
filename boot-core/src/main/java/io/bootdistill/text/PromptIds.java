package io.bootdistill.text;

import java.util.Objects;

/**
 * A prompt in the ids of a tokenizer's vocabulary.
 *
 * @param ids the start token, the prompt, the end token, then the padding token up to the tokenizer's length; the receiver's own
 * @param cut whether the prompt was longer: its end is then left out, and the end token is the last id
 */
public record PromptIds(int[] ids, boolean cut) {

    /** Checks that there are some. */
    public PromptIds {
        Objects.requireNonNull(ids, "ids is missing");
    }
}
