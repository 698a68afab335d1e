package io.bootdistill.text;

import io.bootdistill.error.ModelFormatException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a tokenizer by their ids, and its merges by rank. A token is spelt in letters that stand for bytes; one at the
 * end of a word has the suffix {@link #END_OF_WORD}. Immutable.
 *
 * @param file where the tokens stand, for messages
 * @param limit how many tokens the text encoder embeds: all ids are below
 */
record Vocabulary(Path file, int limit, Map<String, Integer> ids, List<Merge> merges) {

    static final String END_OF_WORD = "</w>";

    private static final int BYTES = 256;
    private static final char[] LETTERS = letters();

    /** Three ids. */
    record Merge(int left, int right, int merged) {}

    /** Visible bytes of Latin-1 are their own letters, the others have those from U+0100 on. */
    private static char[] letters() {
        char[] letters = new char[BYTES];
        char next = BYTES;
        for (char value = 0; value < BYTES; value++) {
            boolean visible = value >= '!' && value <= '~' || value >= 0xa1 && value != 0xad;
            letters[value] = visible ? value : next++;
        }
        return letters;
    }

    /** The letter of a byte 0 … 255. */
    static char letter(int value) {
        return LETTERS[value];
    }

    /**
     * The ids of the 256 bytes, each with a suffix.
     *
     * @param unknown the id of those that are no token, or null if there is none
     */
    int[] bytes(String suffix, @Nullable Integer unknown) {
        int[] bytes = new int[BYTES];
        for (int value = 0; value < BYTES; value++) {
            String token = letter(value) + suffix;
            Integer id = ids.getOrDefault(token, unknown);
            if (id == null) {
                throw new ModelFormatException(file + " has neither the token " + token + ", which stands for a byte, nor the"
                        + " unk_token; copy the whole folder of the tokenizer again");
            }
            bytes[value] = id;
        }
        return bytes;
    }
}
