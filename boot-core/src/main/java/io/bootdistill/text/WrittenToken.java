package io.bootdistill.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.ConfigReader;
import io.bootdistill.internal.file.Quoted;
import java.nio.file.Path;
import java.util.List;

/**
 * A token as a file names it: as a text, or as an object that says how it is looked for.
 *
 * @param key where it stands in the file, for messages
 */
record WrittenToken(Path file, String key, String content, boolean normalized) {

    private static final List<String> SURROUNDINGS = List.of("lstrip", "rstrip", "single_word");

    static WrittenToken of(Path file, String key, JsonElement value) {
        JsonObject object = value.isJsonObject() ? value.getAsJsonObject() : new JsonObject();
        JsonElement content = value.isJsonObject() ? object.get("content") : value;
        if (content == null || !content.isJsonPrimitive() || content.getAsString().isEmpty()) {
            throw new ModelFormatException(file + ": " + Quoted.of(key) + " is " + Quoted.of(value)
                    + ", must be a token; copy the file again");
        }
        ConfigReader reader = new ConfigReader(object, file + ": " + Quoted.of(key));
        for (String surrounding : SURROUNDINGS) {
            if (reader.flag(surrounding, false)) {
                throw reader.refuse(surrounding, "false: a token that takes what stands around it is not supported");
            }
        }
        return new WrittenToken(file, key, content.getAsString(), reader.flag("normalized", false));
    }
}
