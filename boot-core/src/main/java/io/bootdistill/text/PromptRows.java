package io.bootdistill.text;

import com.google.gson.JsonElement;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.file.RegularFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which prompt has which row of a file of text states. */
final class PromptRows {

    private static final String METADATA = "prompts";
    private static final String BESIDE = "prompts.txt";

    private PromptRows() {}

    /** The first row of each prompt, in order. */
    static Map<String, Integer> read(Path states, Map<String, String> metadata, int count) {
        String inside = metadata.get(METADATA);
        Path beside = states.resolveSibling(BESIDE);
        if (inside == null && !Files.exists(beside)) {
            throw new ModelFormatException(states + " has no prompts in its metadata, nor " + BESIDE + " beside it; write them"
                    + " into " + beside + ", one in each line, in the order of the states");
        }
        boolean isList = inside != null && inside.startsWith("[\"");
        String[] lines = isList ? list(states, inside) : (inside != null ? inside : RegularFiles.text(beside)).split("\n", -1);
        boolean endsInBreak = !isList && lines.length == count + 1 && lines[count].isEmpty();
        int found = endsInBreak ? count : lines.length;
        if (found != count) {
            throw new ModelFormatException((inside != null ? states + ": metadata " + METADATA : beside) + " has " + found
                    + " prompts, but there are states of " + count + "; write one into each line");
        }
        Map<String, Integer> rows = new LinkedHashMap<>();
        for (int row = 0; row < count; row++) {
            boolean endsInReturn = !isList && lines[row].endsWith("\r");
            rows.putIfAbsent(endsInReturn ? lines[row].substring(0, lines[row].length() - 1) : lines[row], row);
        }
        return rows;
    }

    private static String[] list(Path states, String text) {
        String where = states + ": metadata " + METADATA;
        List<JsonElement> prompts = Json.parse("{\"" + METADATA + "\":" + text + "}", where).getAsJsonArray(METADATA).asList();
        if (!prompts.stream().allMatch(JsonElement::isJsonPrimitive)) {
            throw new ModelFormatException(where + " holds more than texts; write a list of the prompts");
        }
        return prompts.stream().map(JsonElement::getAsString).toArray(String[]::new);
    }
}
