package io.bootdistill.text;

import io.bootdistill.error.ModelFormatException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * The tokenizer of CLIP's text encoders: byte pairs of words in lower case. It gives the ids that the stock client's
 * {@code CLIPTokenizer} gives for the same folder, padded and cut to one length. Immutable and thread-safe.
 *
 * <p>What is a letter or a number, and which characters are composed, is as the JDK's version of Unicode has it.
 */
public final class ClipTokenizer {

    private static final int FRAME = 2;

    private final int length;
    private final SpecialTokens special;
    private final TokenSplitter asWritten;
    private final TokenSplitter normalized;
    private final BytePairs pairs;

    private ClipTokenizer(int length, SpecialTokens special, BytePairs pairs) {
        this.length = length;
        this.special = special;
        this.asWritten = new TokenSplitter(special.added().stream().filter(token -> !token.normalized()).toList());
        this.normalized = new TokenSplitter(special.added().stream().filter(AddedToken::normalized)
                .map(token -> new AddedToken(Words.normalized(token.content()), token.id(), true)).toList());
        this.pairs = pairs;
    }

    /**
     * Reads a tokenizer's folder: {@code tokenizer.json} where there is one, else {@code vocab.json} and {@code merges.txt}; with
     * what {@code tokenizer_config.json}, {@code special_tokens_map.json} and {@code added_tokens.json} say of its tokens.
     *
     * @param positions the most tokens that the text encoder takes, at least 2; {@code model_max_length} may be less
     * @param vocabulary how many tokens the text encoder embeds, at least 1
     * @throws ModelFormatException if a file is missing, damaged, or that of another tokenizer, if the merges do not fit the
     *     vocabulary, or if a token has an id outside {@code [0, vocabulary)}
     */
    public static ClipTokenizer open(Path folder, int positions, int vocabulary) {
        Objects.requireNonNull(folder, "folder is missing");
        if (positions < FRAME) {
            throw new IllegalArgumentException("positions is " + positions + ", must be at least " + FRAME);
        }
        if (vocabulary < 1) {
            throw new IllegalArgumentException("vocabulary is " + vocabulary + ", must be at least 1");
        }
        TokenizerFiles files = TokenizerFiles.open(folder);
        Vocabulary tokens = new VocabularyReader(files, vocabulary).read();
        SpecialTokens special = new SpecialTokensReader(files, tokens).read();
        return new ClipTokenizer(files.longest(FRAME, positions), special, new BytePairs(tokens, special.unknown()));
    }

    /** How many ids a prompt has, with start, end and padding. */
    public int length() {
        return length;
    }

    /**
     * The ids of a prompt. Takes time that grows little faster than the prompt's length.
     *
     * @throws IllegalArgumentException if the prompt has half a surrogate pair, or more than 1000 combining marks in a row
     */
    public PromptIds ids(String prompt) {
        Words.requireText(Objects.requireNonNull(prompt, "prompt is missing"));
        Row row = new Row(new int[length - FRAME]);
        for (TokenSplitter.Piece piece : asWritten.split(prompt)) {
            if (piece.isToken()) {
                row.add(piece.token());
            } else {
                addText(Words.normalized(piece.text()), row);
            }
            if (row.cut) {
                break;
            }
        }
        int[] ids = new int[length];
        Arrays.fill(ids, special.pad());
        ids[0] = special.start();
        System.arraycopy(row.ids, 0, ids, 1, row.used);
        ids[row.used + 1] = special.end();
        return new PromptIds(ids, row.cut);
    }

    private void addText(String text, Row row) {
        for (TokenSplitter.Piece piece : normalized.split(text)) {
            if (piece.isToken()) {
                row.add(piece.token());
                continue;
            }
            Words words = new Words(piece.text());
            for (String word = words.next(); word != null && !row.cut; word = words.next()) {
                row.add(pairs.ids(word));
            }
        }
    }

    /** Takes as many ids as there is room for. */
    private static final class Row {

        final int[] ids;
        int used;
        boolean cut;

        Row(int[] ids) {
            this.ids = ids;
        }

        void add(int... more) {
            int taken = Math.min(more.length, ids.length - used);
            System.arraycopy(more, 0, ids, used, taken);
            used += taken;
            cut |= taken < more.length;
        }
    }
}
