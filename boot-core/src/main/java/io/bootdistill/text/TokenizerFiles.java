package io.bootdistill.text;

import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.ConfigReader;
import io.bootdistill.internal.file.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files of a tokenizer's folder that say which tokenizer it is. Any but the vocabulary may be missing. */
record TokenizerFiles(
        Path folder,
        @Nullable JsonObject tokenizer,
        JsonObject config,
        JsonObject specialTokens,
        JsonObject addedTokens) {

    static final String VOCABULARY = "vocab.json";
    static final String MERGES = "merges.txt";
    static final String TOKENIZER = "tokenizer.json";
    static final String CONFIG = "tokenizer_config.json";
    static final String SPECIAL_TOKENS = "special_tokens_map.json";
    static final String ADDED_TOKENS = "added_tokens.json";

    /** What to do about a tokenizer of another kind. */
    static final String OTHER_ENCODERS = "CLIP's tokenizer is the only one supported; for a model with another text encoder (T5)"
            + " compute the text states with the tools it came from and give them as a safetensors file of states, mask, prompts";

    private static final List<String> SENTENCE_PIECES = List.of("spiece.model", "tokenizer.model", "sentencepiece.bpe.model");
    private static final List<String> CLASSES = List.of("CLIPTokenizer", "CLIPTokenizerFast");

    /**
     * Reads what there is.
     *
     * @throws ModelFormatException if it is not the folder of a tokenizer like CLIP's
     */
    static TokenizerFiles open(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new ModelFormatException(folder + (Files.exists(folder) ? " is a file" : " does not exist")
                    + "; give the folder tokenizer of a model");
        }
        for (String name : SENTENCE_PIECES) {
            if (Files.exists(folder.resolve(name))) {
                throw new ModelFormatException(folder.resolve(name) + " is a sentencepiece model; " + OTHER_ENCODERS);
            }
        }
        JsonObject config = read(folder, CONFIG);
        requireClass(folder.resolve(CONFIG), config);
        boolean whole = Files.exists(folder.resolve(TOKENIZER));
        return new TokenizerFiles(folder, whole ? read(folder, TOKENIZER) : null, config,
                read(folder, SPECIAL_TOKENS), read(folder, ADDED_TOKENS));
    }

    private static JsonObject read(Path folder, String name) {
        Path file = folder.resolve(name);
        return Files.exists(file) ? Json.read(file) : new JsonObject();
    }

    private static void requireClass(Path file, JsonObject config) {
        ConfigReader reader = new ConfigReader(config, file.toString());
        try {
            reader.choice("tokenizer_class", CLASSES.get(0), CLASSES);
        } catch (ModelFormatException e) {
            throw new ModelFormatException(e.getMessage() + "; " + OTHER_ENCODERS, e);
        }
        reader.choice("padding_side", "right", List.of("right"));
        reader.choice("truncation_side", "right", List.of("right"));
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    /** {@code model_max_length}, which is at least {@code least}; where it is absent or means "any", {@code unlimited}. */
    int longest(int least, int unlimited) {
        ConfigReader reader = new ConfigReader(config, file(CONFIG).toString());
        double longest = reader.number("model_max_length", unlimited);
        if (longest >= unlimited) {
            return unlimited; // the default of the stock client is 1e30
        }
        return reader.integer("model_max_length", unlimited, least, unlimited);
    }
}
