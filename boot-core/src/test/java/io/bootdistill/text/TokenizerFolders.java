package io.bootdistill.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.Fixtures;
import io.bootdistill.internal.file.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Folders of tokenizers, in a given one. */
final class TokenizerFolders {

    static final String START = "<|startoftext|>";
    static final String END = "<|endoftext|>";
    static final String FIXTURE = "text-to-image/tokenizer/";

    /** Tokens of the small vocabulary. */
    static final int SMALL = 685;

    private TokenizerFolders() {}

    /** The small vocabulary in two files, and nothing else. */
    static Path small(Path folder) {
        for (String name : List.of("vocab.json", "merges.txt")) {
            write(folder, name, text(Fixtures.file(FIXTURE + name)));
        }
        return folder;
    }

    /** The small vocabulary in one file. */
    static Path whole(Path folder, boolean mergesAsPairs) {
        JsonArray merges = new JsonArray();
        text(Fixtures.file(FIXTURE + "merges.txt")).lines().skip(1).forEach(line -> {
            if (mergesAsPairs) {
                JsonArray pair = new JsonArray();
                List.of(line.split(" ")).forEach(pair::add);
                merges.add(pair);
            } else {
                merges.add(line);
            }
        });
        JsonObject model = new JsonObject();
        model.addProperty("type", "BPE");
        model.addProperty("end_of_word_suffix", "</w>");
        model.add("vocab", JsonParser.parseString(text(Fixtures.file(FIXTURE + "vocab.json"))));
        model.add("merges", merges);
        JsonObject tokenizer = new JsonObject();
        tokenizer.add("added_tokens", JsonParser.parseString("[" + added(START, 683) + ", " + added(END, 684) + "]"));
        tokenizer.add("model", model);
        return write(folder, "tokenizer.json", Json.text(tokenizer));
    }

    private static String added(String content, int id) {
        return "{\"id\": " + id + ", " + token(content, false).substring(1);
    }

    /** A token as an object. */
    static String token(String content, boolean normalized) {
        return "{\"content\": \"" + content + "\", \"lstrip\": false, \"normalized\": " + normalized
                + ", \"rstrip\": false, \"single_word\": false}";
    }

    /**
     * CLIP's own vocabulary.
     *
     * @param source the file of CLIP's that holds its merges
     */
    static Path real(Path folder, Path source) {
        List<String> merges;
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(source)), StandardCharsets.UTF_8))) {
            merges = in.lines().skip(1).limit(48_894).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> letters = new ArrayList<>(JsonParser.parseString(text(Fixtures.file(FIXTURE + "vocab.json")))
                .getAsJsonObject().keySet()).subList(0, 512);
        JsonObject ids = new JsonObject();
        letters.forEach(letter -> ids.addProperty(letter, ids.size()));
        merges.forEach(merge -> ids.addProperty(merge.replace(" ", ""), ids.size()));
        List.of(START, END).forEach(token -> ids.addProperty(token, ids.size()));
        write(folder, "merges.txt", "#version: 0.2\n" + String.join("\n", merges) + "\n");
        return write(folder, "vocab.json", Json.text(ids));
    }

    /** Writes a file into a folder, and gives the folder. */
    static Path write(Path folder, String name, String text) {
        try {
            Files.writeString(folder.resolve(name), text);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
