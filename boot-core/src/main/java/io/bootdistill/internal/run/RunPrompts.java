package io.bootdistill.internal.run;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.ConditionSource.Prompts;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.ConfigReader;
import io.bootdistill.internal.file.Json;
import java.nio.file.Path;
import java.util.List;

/** The prompts of a run, {@code prompts.json}: so that it goes on with the same. */
final class RunPrompts {

    private static final String PROMPTS = "prompts";

    /** What guidance leads away from, a list of one; of none for no prompt at all. */
    private static final String NEGATIVE = "negative";

    private RunPrompts() {}

    static String toJson(Prompts source) {
        JsonObject json = new JsonObject();
        json.add(NEGATIVE, array(source.negative().isEmpty() ? List.of() : List.of(source.negative())));
        json.add(PROMPTS, array(source.all()));
        return Json.text(json);
    }

    private static JsonArray array(List<String> texts) {
        JsonArray array = new JsonArray();
        texts.forEach(array::add);
        return array;
    }

    /** @throws ModelFormatException if the file holds something else */
    static Prompts read(Path file) {
        ConfigReader reader = new ConfigReader(Json.read(file), file.toString());
        List<String> prompts = reader.strings(PROMPTS);
        if (prompts.isEmpty()) {
            throw new ModelFormatException(file + " holds no prompts");
        }
        return ConditionSource.prompts(prompts).withNegative(String.join("", reader.strings(NEGATIVE)));
    }
}
