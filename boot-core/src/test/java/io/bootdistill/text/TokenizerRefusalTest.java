package io.bootdistill.text;

import static io.bootdistill.format.RawFiles.assertRefused;
import static io.bootdistill.text.TokenizerFolders.END;
import static io.bootdistill.text.TokenizerFolders.SMALL;
import static io.bootdistill.text.TokenizerFolders.START;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that cannot be used. */
@Tag("fast")
class TokenizerRefusalTest {

    private static final String CONFIG = "tokenizer_config.json";

    @TempDir
    Path folder;

    @BeforeEach
    void copy() {
        TokenizerFolders.small(folder);
    }

    private ClipTokenizer open() {
        return ClipTokenizer.open(folder, 77, SMALL);
    }

    private void write(String name, String text) {
        TokenizerFolders.write(folder, name, text);
    }

    private void refused(Object... words) {
        assertRefused(this::open, words);
    }

    @Test
    void noFolder() throws IOException {
        Path missing = folder.resolve("x");
        assertRefused(() -> ClipTokenizer.open(missing, 77, SMALL), missing, "does not exist", "give the folder");
        Path file = folder.resolve("vocab.json");
        assertRefused(() -> ClipTokenizer.open(file, 77, SMALL), file + " is a file", "give the folder");
        Files.delete(folder.resolve("vocab.json"));
        refused(folder, "has no vocab.json", "tokenizer.json");
    }

    @Test
    void noMerges() throws IOException {
        write("merges.txt", "#version: 0.2\n\n");
        refused("merges.txt holds no merges", "copy");
        Files.delete(folder.resolve("merges.txt"));
        refused(folder, "has no merges.txt", "copy");
        write("tokenizer.json", "{\"model\": {\"type\": \"BPE\", \"end_of_word_suffix\": \"</w>\", \"vocab\": {}}}");
        refused("tokenizer.json: model.merges is no list", "copy");
    }

    @ParameterizedTest
    @ValueSource(strings = {"spiece.model", "tokenizer.model"})
    void sentencePieces(String name) throws IOException {
        write(name, "");
        refused(name + " is a sentencepiece model", "T5", "safetensors", "states, mask, prompts");
        Files.delete(folder.resolve("vocab.json"));
        refused(name + " is a sentencepiece model", "states, mask, prompts");
    }

    @Test
    void tokenizerOfAnotherClass() {
        write(CONFIG, "{\"tokenizer_class\": \"T5Tokenizer\"}");
        refused(CONFIG + ": tokenizer_class is \"T5Tokenizer\", must be one of CLIPTokenizer", "text states");
        write(CONFIG, "{\"tokenizer_class\": \"CLIPTokenizerFast\"}");
        open();
        write("tokenizer.json", "{\"model\": {\"type\": \"Unigram\", \"vocab\": []}}");
        refused("tokenizer.json: model.type is \"Unigram\", must be BPE", "text states");
        write("tokenizer.json", "{\"model\": {\"type\": \"BPE\", \"end_of_word_suffix\": null, \"vocab\": {}}}");
        refused("tokenizer.json: model.end_of_word_suffix is null, must be </w>", "text states");
        write("tokenizer.json", "{}");
        refused("tokenizer.json: model is absent", "copy");
    }

    /** GPT-2's has the same files, but knows no ends of words. */
    @Test
    void vocabularyWithoutEndsOfWords() {
        write("vocab.json", "{\"a\": 0, \"b\": 1, \"ab\": 2, \"<|endoftext|>\": 3}");
        write("merges.txt", "a b");
        refused("vocab.json: no token ends in </w>");
    }

    /** As the vocabularies of tests have it: what they lack is the unknown token. */
    @Test
    void vocabularyThatLacksBytes() {
        write("vocab.json", "{\"a\": 0, \"b</w>\": 1, \"ab</w>\": 2, \"<|startoftext|>\": 3, \"<|endoftext|>\": 4}");
        write("merges.txt", "a b</w>");
        assertArrayEquals(new int[] {3, 2, 4, 4, 4}, ClipTokenizer.open(folder, 5, SMALL).ids("ab c").ids());
        write("special_tokens_map.json", "{\"unk_token\": null}");
        refused("vocab.json has neither the token", "nor the unk_token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vocab.json", CONFIG, "special_tokens_map.json", "added_tokens.json", "tokenizer.json"})
    void damagedJson(String name) throws IOException {
        write(name, "{\"!\": 0, ");
        refused(folder.resolve(name), "not valid JSON", "again");
        write(name, "[]");
        refused(folder.resolve(name), "does not hold a JSON object");
        write(name, "{\"a\": 1, \"a\": 1}");
        refused(folder.resolve(name), "two entries named a");
        Files.write(folder.resolve(name), "{\"\u00e9\": 0}".getBytes(StandardCharsets.ISO_8859_1));
        refused(folder.resolve(name), "line 1 is not in UTF-8 (byte 2 of the file)");
    }

    @ParameterizedTest
    @CsvSource({"-1", "0.5", "685", "1e1", "99999999999999999999", "'\"7\"'", "null", "[]"})
    void idsOutsideOfTheVocabulary(String id) {
        String text = TokenizerFolders.text(folder.resolve("vocab.json"));
        write("vocab.json", text.replace("\"park</w>\":", "\"more\": " + id + ", \"park</w>\":"));
        refused("vocab.json: the id of more is " + id, "below 685", "text encoder embeds", "of one model");
    }

    @Test
    void mergesThatDoNotFit() throws IOException {
        write("merges.txt", "#version: 0.2\nt h\nq z\n");
        refused("merges.txt: line 3 needs the token \"qz\", which is not in vocab.json", "of one tokenizer");
        write("merges.txt", "t h\nthe\n");
        refused("merges.txt: line 2 is \"the\", must be two tokens");
        write("merges.txt", "t h e\n");
        refused("line 1 is \"t h e\"");
        Files.write(folder.resolve("merges.txt"), new byte[] {'t', ' ', (byte) 0xe9, '\n'});
        refused("merges.txt line 1 is not in UTF-8");
        TokenizerFolders.whole(folder, true);
        String whole = TokenizerFolders.text(folder.resolve("tokenizer.json"));
        write("tokenizer.json", whole.replaceFirst("\"t\",\\s+\"h\"\\s+]", "\"q\", \"z\"]"));
        refused("tokenizer.json: merge 1 of model.merges needs the token \"qz\"");
        write("tokenizer.json", whole.replaceFirst("\"t\",\\s+\"h\"\\s+]", "\"t\"]"));
        refused("tokenizer.json: merge 1 of model.merges is \"t\"");
        write("tokenizer.json", whole.replaceFirst("\\[\\s+\"t\",\\s+\"h\"\\s+]", "{}"));
        refused("tokenizer.json: merge 1 of model.merges is \"\"");
    }

    @Test
    void specialTokensThatAreNone() {
        write(CONFIG, "{\"pad_token\": \"<pad>\"}");
        refused(CONFIG + ": pad_token is <pad>, which is not in vocab.json");
        write(CONFIG, "{\"pad_token\": null}");
        refused(CONFIG + ": pad_token is null");
        write(CONFIG, "{\"bos_token\": \"\"}");
        refused(CONFIG + ": bos_token is \"\", must be a token");
        write(CONFIG, "{\"bos_token\": {\"normalized\": true}}");
        refused(CONFIG + ": bos_token is {\"normalized\":true}, must be a token");
        write(CONFIG, "{\"bos_token\": {\"content\": \"!\", \"normalized\": 1}}");
        refused(CONFIG + ": bos_token: normalized is 1, must be true or false");
        write(CONFIG, "{\"eos_token\": {\"content\": \"!\", \"lstrip\": true}}");
        refused(CONFIG + ": eos_token: lstrip is true, must be false");
        write(CONFIG, "{\"additional_special_tokens\": [\"<x>\"]}");
        refused(CONFIG + ": additional_special_tokens is <x>, which is not in vocab.json");
        write(CONFIG, "{\"extra_special_tokens\": {\"x\": \"<x>\"}}");
        refused(CONFIG + ": extra_special_tokens is {\"x\":\"<x>\"}, must be a list");
        write(CONFIG, "{\"padding_side\": \"left\"}");
        refused(CONFIG + ": padding_side is \"left\", must be one of right");
    }

    @Test
    void addedTokensThatDoNotGoWithTheVocabulary() {
        write(CONFIG, "{\"added_tokens_decoder\": {\"5\": " + TokenizerFolders.token(END, false) + "}}");
        refused(CONFIG + ": added_tokens_decoder 5 has the id 5, must be 684");
        write(CONFIG, "{\"added_tokens_decoder\": {\"x\": " + TokenizerFolders.token(START, false) + "}}");
        refused(CONFIG + ": the id of " + START + " is -1");
        write(CONFIG, "{\"added_tokens_decoder\": [5]}");
        refused(CONFIG, "[5] is no object");
        write(CONFIG, "{}");
        write("added_tokens.json", "{\"<x>\": 685}");
        refused("added_tokens.json: the id of <x> is 685", "below 685");
        write("added_tokens.json", "{\"<x>\": 3}");
        refused("added_tokens.json: <x> has the id 3, must be 685 to go with vocab.json");
        TokenizerFolders.whole(folder, true);
        write("tokenizer.json", TokenizerFolders.text(folder.resolve("tokenizer.json")).replace("\"id\": 683,", ""));
        refused("tokenizer.json: the id of " + START + " is null");
    }

    @Test
    void length() {
        for (String length : new String[] {"1", "-5", "7.5", "0"}) {
            write(CONFIG, "{\"model_max_length\": " + length + "}");
            refused(CONFIG + ": model_max_length is " + length, "whole number");
        }
        write(CONFIG, "{\"model_max_length\": \"77\"}");
        refused(CONFIG + ": model_max_length is \"77\", must be a number");
        write(CONFIG, "{\"model_max_length\": 16}");
        assertEquals(16, open().length());
        assertEquals(8, ClipTokenizer.open(folder, 8, SMALL).length());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> ClipTokenizer.open(folder, 1, SMALL)).getMessage()
                .contains("positions is 1, must be at least 2"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> ClipTokenizer.open(folder, 2, 0)).getMessage()
                .contains("vocabulary is 0, must be at least 1"));
    }
}
