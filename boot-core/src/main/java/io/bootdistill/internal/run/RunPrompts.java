package io.bootdistill.internal.run;

import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.ConditionSource.Prompts;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.ConfigReader;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.file.RegularFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The prompts of a run, {@code prompts.json}: so that it goes on with the same. */
final class RunPrompts {

    private static final String PROMPTS = "prompts";

    /** What guidance leads away from, a list of one; of none for no prompt at all. */
    private static final String NEGATIVE = "negative";

    private RunPrompts() {}

    static String toJson(Prompts source) {
        return Json.text(Map.of(
                NEGATIVE, source.negative().isEmpty() ? List.of() : List.of(source.negative()), PROMPTS, source.all()));
    }

    /** @throws ModelFormatException if the file holds something else */
    static Prompts read(Path file) {
        ConfigReader reader = new ConfigReader(Json.parse(RegularFiles.text(file), file.toString()), file.toString());
        List<String> prompts = reader.strings(PROMPTS);
        if (prompts.isEmpty()) {
            throw new ModelFormatException(file + " holds no prompts");
        }
        return ConditionSource.prompts(prompts).withNegative(String.join("", reader.strings(NEGATIVE)));
    }
}
