package io.bootdistill.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.file.Quoted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the tokens that a folder lists with their ids, beside those of the vocabulary or among them: in
 * {@code added_tokens_decoder} of {@code tokenizer_config.json}; where that is absent, in {@code added_tokens.json} and
 * {@code tokenizer.json}. For one thread.
 */
final class AddedTokensReader {

    private static final String DECODER = "added_tokens_decoder";
    private static final String LIST = "added_tokens";

    private final TokenizerFiles files;
    private final Vocabulary vocabulary;
    private final List<Listed> listed = new ArrayList<>();

    AddedTokensReader(TokenizerFiles files, Vocabulary vocabulary) {
        this.files = files;
        this.vocabulary = vocabulary;
    }

    private record Listed(WrittenToken token, int id) {}

    /** Whether the configuration lists them, so that other files have no say in special tokens. */
    static boolean areInConfig(TokenizerFiles files) {
        return files.config().has(DECODER);
    }

    /**
     * The tokens by their contents.
     *
     * @param special the contents of special tokens: {@code added_tokens.json} does not say how they are looked for
     * @throws ModelFormatException if a token has another id than the vocabulary gives it, or one that leaves a gap behind it
     */
    Map<String, AddedToken> read(Set<String> special) {
        if (areInConfig(files)) {
            Path file = files.file(TokenizerFiles.CONFIG);
            object(file, files.config().get(DECODER)).entrySet().forEach(entry -> list(
                    WrittenToken.of(file, DECODER + " " + entry.getKey(), entry.getValue()),
                    new JsonPrimitive(Json.wholeNumber(entry.getKey()))));
        } else {
            Path file = files.file(TokenizerFiles.ADDED_TOKENS);
            files.addedTokens().entrySet().forEach(entry -> list(
                    new WrittenToken(file, entry.getKey(), entry.getKey(), !special.contains(entry.getKey())), entry.getValue()));
            readWhole();
        }
        listed.sort(Comparator.comparingInt(Listed::id));
        Map<String, AddedToken> added = new LinkedHashMap<>();
        int next = vocabulary.ids().size();
        for (Listed each : listed) {
            WrittenToken token = each.token;
            Integer known = vocabulary.ids().get(token.content());
            int id = known != null ? known : added.containsKey(token.content()) ? each.id : next++;
            if (id != each.id) {
                throw new ModelFormatException(token.file() + ": " + Quoted.of(token.key()) + " has the id " + each.id
                        + ", must be " + id
                        + " to go with " + vocabulary.file().getFileName() + "; use the files of one tokenizer");
            }
            added.put(token.content(), new AddedToken(token.content(), id, token.normalized()));
        }
        return added;
    }

    private void readWhole() {
        Path file = files.file(TokenizerFiles.TOKENIZER);
        JsonElement tokens = files.tokenizer() == null ? null : files.tokenizer().get(LIST);
        if (tokens == null || tokens.isJsonNull()) {
            return;
        }
        if (!tokens.isJsonArray()) {
            throw new ModelFormatException(file + ": " + LIST + " is " + Quoted.of(tokens)
                    + ", must be a list; copy the file again");
        }
        for (JsonElement token : tokens.getAsJsonArray()) {
            JsonElement id = object(file, token).get("id");
            list(WrittenToken.of(file, LIST, token), id == null ? JsonNull.INSTANCE : id);
        }
    }

    private static JsonObject object(Path file, JsonElement element) {
        if (!element.isJsonObject()) {
            throw new ModelFormatException(file + ": " + Quoted.of(element) + " is no object of tokens; copy the file again");
        }
        return element.getAsJsonObject();
    }

    private void list(WrittenToken token, JsonElement id) {
        listed.add(new Listed(token, VocabularyReader.id(token.file(), token.content(), id, vocabulary.limit())));
    }
}
