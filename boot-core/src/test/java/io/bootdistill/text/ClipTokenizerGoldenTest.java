package io.bootdistill.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.Fixtures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ids of transformers' {@code CLIPTokenizer}. */
@Tag("fast")
class ClipTokenizerGoldenTest {

    private static final int LENGTH = 77;

    @TempDir
    Path folder;

    @Test
    void smallVocabulary() {
        requireGolden("golden.json", TokenizerFolders.small(folder), TokenizerFolders.SMALL);
    }

    @Test
    void smallVocabularyInOneFile() {
        requireGolden("golden.json", TokenizerFolders.whole(folder, true), TokenizerFolders.SMALL);
    }

    /** Where the merges lie beside the project, or in the folder that {@code clip.vocabulary} names. */
    @Test
    void vocabularyOfClip() {
        Path merges = Path.of(System.getProperty("clip.vocabulary", "../../shared/clip-vocabulary"))
                .resolve("bpe_simple_vocab_16e6.txt.gz");
        assumeTrue(Files.exists(merges), () -> "no merges at " + merges.toAbsolutePath());
        requireGolden("real.json", TokenizerFolders.real(folder, merges), 49_408);
    }

    private static void requireGolden(String name, Path folder, int vocabulary) {
        String text = TokenizerFolders.text(Fixtures.file(TokenizerFolders.FIXTURE + name));
        JsonArray cases = JsonParser.parseString(text).getAsJsonArray();
        assertEquals(52, cases.size());
        for (String pad : List.of(TokenizerFolders.END, "!")) {
            TokenizerFolders.write(folder, "special_tokens_map.json", "{\"pad_token\": \"" + pad + "\"}");
            ClipTokenizer tokenizer = ClipTokenizer.open(folder, LENGTH, vocabulary);
            for (JsonElement element : cases) {
                JsonObject golden = element.getAsJsonObject();
                if (golden.get("pad_token").getAsString().equals(pad)) {
                    requireIds(golden, tokenizer, pad.equals("!") ? 0 : vocabulary - 1);
                }
            }
        }
    }

    private static void requireIds(JsonObject golden, ClipTokenizer tokenizer, int pad) {
        String text = golden.get("text").getAsString();
        boolean padded = golden.has("padded_to_77");
        int[] ids = golden.getAsJsonArray(padded ? "padded_to_77" : "ids").asList().stream()
                .mapToInt(JsonElement::getAsInt).toArray();
        int[] expected = Arrays.copyOf(ids, LENGTH);
        Arrays.fill(expected, ids.length, LENGTH, pad);
        assertArrayEquals(expected, tokenizer.ids(text).ids(), text);
    }
}
