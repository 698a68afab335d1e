package io.bootdistill.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.Quoted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the special tokens as the stock client does: {@code special_tokens_map.json} names them before
 * {@code tokenizer_config.json}, unless the latter lists all added tokens itself. For one thread.
 */
final class SpecialTokensReader {

    private static final String START = "bos_token";
    private static final String END = "eos_token";
    private static final String UNKNOWN = "unk_token";
    private static final String PAD = "pad_token";

    /** In this order: where one token has several roles, the last says whether it is normalized. */
    private static final List<String> ROLES = List.of(START, END, UNKNOWN, PAD);

    private static final List<String> OTHERS = List.of("additional_special_tokens", "extra_special_tokens");

    private final TokenizerFiles files;
    private final Vocabulary vocabulary;
    private final boolean configAlone;

    SpecialTokensReader(TokenizerFiles files, Vocabulary vocabulary) {
        this.files = files;
        this.vocabulary = vocabulary;
        this.configAlone = AddedTokensReader.areInConfig(files);
    }

    /** @throws ModelFormatException if a token is not in the vocabulary, or is looked for in a way that is not supported */
    SpecialTokens read() {
        Map<String, WrittenToken> roles = new LinkedHashMap<>();
        for (String role : ROLES) {
            WrittenToken token = written(role);
            if (token != null) {
                roles.put(role, token);
            }
        }
        List<WrittenToken> named = Stream.concat(roles.values().stream(), others().stream()).toList();
        Set<String> contents = named.stream().map(WrittenToken::content).collect(Collectors.toSet());
        Map<String, AddedToken> listed = new AddedTokensReader(files, vocabulary).read(contents);
        Map<String, AddedToken> all = new LinkedHashMap<>();
        for (WrittenToken token : named) {
            all.put(token.content(), new AddedToken(token.content(), id(token, listed), token.normalized()));
        }
        all.putAll(listed);
        return new SpecialTokens(id(roles, START, all), id(roles, END, all), id(roles, PAD, all),
                roles.containsKey(UNKNOWN) ? (Integer) id(roles, UNKNOWN, all) : null, List.copyOf(all.values()));
    }

    private int id(WrittenToken token, Map<String, AddedToken> listed) {
        AddedToken known = listed.get(token.content());
        Integer id = known != null ? (Integer) known.id() : vocabulary.ids().get(token.content());
        if (id == null) {
            throw new ModelFormatException(token.file() + ": " + token.key() + " is " + Quoted.of(token.content())
                    + ", which is not in " + vocabulary.file().getFileName() + "; use the files of one tokenizer");
        }
        return id;
    }

    private int id(Map<String, WrittenToken> roles, String role, Map<String, AddedToken> all) {
        WrittenToken token = roles.get(role);
        if (token == null) {
            throw new ModelFormatException(source(role) + ": " + role + " is null; name a token of the vocabulary");
        }
        return all.get(token.content()).id();
    }

    private @Nullable WrittenToken written(String role) {
        JsonElement value = value(role);
        if (value == null) {
            value = new JsonPrimitive(role.equals(START) ? "<|startoftext|>" : "<|endoftext|>");
        }
        return value.isJsonNull() ? null : WrittenToken.of(source(role), role, value);
    }

    private List<WrittenToken> others() {
        List<WrittenToken> others = new ArrayList<>();
        for (String key : OTHERS) {
            JsonElement value = value(key);
            if (value != null && value.isJsonArray()) {
                value.getAsJsonArray().forEach(element -> others.add(WrittenToken.of(source(key), key, element)));
            } else if (value != null && !value.isJsonNull() && !value.equals(new JsonObject())) {
                throw new ModelFormatException(source(key) + ": " + key + " is " + Quoted.of(value) + ", must be a list of tokens");
            }
        }
        return others;
    }

    private @Nullable JsonElement value(String key) {
        return isInMap(key) ? files.specialTokens().get(key) : files.config().get(key);
    }

    private Path source(String key) {
        return files.file(isInMap(key) ? TokenizerFiles.SPECIAL_TOKENS : TokenizerFiles.CONFIG);
    }

    private boolean isInMap(String key) {
        return !configAlone && files.specialTokens().has(key);
    }
}
