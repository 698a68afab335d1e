package io.bootdistill.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.file.Quoted;
import io.bootdistill.internal.file.RegularFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a vocabulary from {@code tokenizer.json}, or from {@code vocab.json} and {@code merges.txt}. For one thread. */
final class VocabularyReader {

    private static final String HEADER = "#version";
    /** Of merges: those of CLIP have half a megabyte. */
    private static final int MOST_BYTES = 1 << 24;
    private static final String COPY_AGAIN = "; copy the whole folder of the tokenizer again";

    private final TokenizerFiles files;
    private final int limit;
    private final Map<String, Integer> ids = new HashMap<>();
    private final List<Vocabulary.Merge> merges = new ArrayList<>();

    /** @param limit how many tokens the text encoder embeds */
    VocabularyReader(TokenizerFiles files, int limit) {
        this.files = files;
        this.limit = limit;
    }

    /** @throws ModelFormatException if anything is missing, or does not fit */
    Vocabulary read() {
        JsonObject whole = files.tokenizer();
        Path file = files.file(whole != null ? TokenizerFiles.TOKENIZER : TokenizerFiles.VOCABULARY);
        Path mergesFile = files.file(whole != null ? TokenizerFiles.TOKENIZER : TokenizerFiles.MERGES);
        if (whole != null) {
            readModel(file, whole.get("model"));
        } else {
            requireFile(file);
            requireFile(mergesFile);
            addIds(file, Json.read(file));
            readMerges(file, mergesFile);
        }
        if (merges.isEmpty()) {
            throw new ModelFormatException(mergesFile + " holds no merges" + COPY_AGAIN);
        }
        if (ids.keySet().stream().noneMatch(token -> token.endsWith(Vocabulary.END_OF_WORD))) {
            throw new ModelFormatException(file + ": no token ends in " + Vocabulary.END_OF_WORD + ", so that it is not a"
                    + " vocabulary of CLIP's kind; " + TokenizerFiles.OTHER_ENCODERS);
        }
        return new Vocabulary(file, limit, Map.copyOf(ids), List.copyOf(merges));
    }

    private void requireFile(Path file) {
        if (!Files.exists(file)) {
            throw new ModelFormatException(files.folder() + " has no " + file.getFileName() + "; a tokenizer is "
                    + TokenizerFiles.VOCABULARY + " and " + TokenizerFiles.MERGES + ", or " + TokenizerFiles.TOKENIZER
                    + COPY_AGAIN);
        }
    }

    private void readModel(Path file, @Nullable JsonElement element) {
        JsonObject model = object(file, "model", element);
        requireValue(file, model, "type", "BPE");
        requireValue(file, model, "end_of_word_suffix", Vocabulary.END_OF_WORD);
        addIds(file, object(file, "model.vocab", model.get("vocab")));
        JsonElement list = model.get("merges");
        if (list == null || !list.isJsonArray()) {
            throw new ModelFormatException(file + ": model.merges is no list of merges" + COPY_AGAIN);
        }
        for (JsonElement merge : list.getAsJsonArray()) {
            addMerge(file, merge.isJsonArray() ? tokens(merge.getAsJsonArray()) : text(merge).split(" ", -1),
                    file + ": merge " + (merges.size() + 1) + " of model.merges");
        }
    }

    private static JsonObject object(Path file, String key, @Nullable JsonElement element) {
        if (element == null || !element.isJsonObject()) {
            throw new ModelFormatException(file + ": " + key + " is " + (element == null ? "absent" : "no object") + COPY_AGAIN);
        }
        return element.getAsJsonObject();
    }

    private static void requireValue(Path file, JsonObject model, String key, String value) {
        JsonElement found = model.get(key);
        if (found == null || !text(found).equals(value)) {
            throw new ModelFormatException(file + ": model." + key + " is " + (found == null ? "absent" : Quoted.of(found))
                    + ", must be " + value + "; " + TokenizerFiles.OTHER_ENCODERS);
        }
    }

    /** Empty where it is no text. */
    private static String text(JsonElement element) {
        return element.isJsonPrimitive() ? element.getAsString() : "";
    }

    private static String[] tokens(JsonArray merge) {
        return merge.asList().stream().map(VocabularyReader::text).toArray(String[]::new);
    }

    private void addIds(Path file, JsonObject vocabulary) {
        vocabulary.entrySet().forEach(entry -> ids.put(entry.getKey(), id(file, entry.getKey(), entry.getValue(), limit)));
    }

    /** The id of a token, if it lies in [0, limit). */
    static int id(Path file, String token, JsonElement value, int limit) {
        boolean number = value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
        long id = number ? Json.wholeNumber(value.getAsString()) : -1;
        if (id < 0 || id >= limit) {
            throw new ModelFormatException(file + ": the id of " + Quoted.of(token) + " is " + Quoted.of(value)
                    + ", must be a whole number below "
                    + limit + ", the tokens that the text encoder embeds; use the tokenizer and the text encoder of one model");
        }
        return (int) id;
    }

    private void readMerges(Path file, Path mergesFile) {
        List<String> lines = RegularFiles.text(mergesFile, MOST_BYTES).lines().toList();
        boolean hasHeader = !lines.isEmpty() && lines.get(0).contains(HEADER);
        for (int i = hasHeader ? 1 : 0; i < lines.size(); i++) {
            if (!lines.get(i).isEmpty()) {
                addMerge(file, lines.get(i).split(" ", -1), mergesFile + ": line " + (i + 1));
            }
        }
    }

    private void addMerge(Path file, String[] tokens, String where) {
        if (tokens.length != 2) {
            throw new ModelFormatException(where + " is \"" + Quoted.of(String.join(" ", tokens)) + "\", must be two tokens"
                    + COPY_AGAIN);
        }
        merges.add(new Vocabulary.Merge(id(file, tokens[0], where), id(file, tokens[1], where),
                id(file, tokens[0] + tokens[1], where)));
    }

    private int id(Path file, String token, String where) {
        Integer id = ids.get(token);
        if (id == null) {
            throw new ModelFormatException(where + " needs the token \"" + Quoted.of(token) + "\", which is not in "
                    + file.getFileName() + "; use the vocabulary and the merges of one tokenizer");
        }
        return id;
    }
}
