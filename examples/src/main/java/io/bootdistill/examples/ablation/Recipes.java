package io.bootdistill.examples.ablation;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.examples.report.ConfigValues;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.file.Quoted;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Named recipes, each the values in which it differs from the defaults: a JSON object of objects, whose keys are those of a
 * run's {@code config.json}. A name is that of a folder.
 *
 * @param source where they were read from
 * @param changes of each recipe, by its name, in the order of the file
 */
public record Recipes(String source, Map<String, JsonObject> changes) {

    /** Which recipe the others are compared with. */
    public static final String DEFAULTS = "defaults";

    private static final String NEGATIVE_LABEL = "guidance.negativeLabel";

    private static final String BUNDLED = "recipes.json";
    private static final String METHODS = "methods.json";
    private static final String OF_PROMPTS = "prompt-recipes.json";

    /** What is the same for all runs of an ablation. */
    private static final Set<String> COMMON =
            Set.of("length", "seed", "evaluation", "output", "guidance.nullLabel");

    /**
     * Checks every recipe.
     *
     * @throws ModelFormatException naming the source, the recipe, and the key that is unknown or not allowed
     */
    public Recipes {
        changes.forEach((name, values) -> {
            if (!name.matches("\\w[\\w.+-]{0,99}")) {
                throw new ModelFormatException(
                        source + ": recipe \"" + Quoted.of(name)
                                + "\" must be named by letters, digits and . _ + - alone, at most 100");
            }
            for (String key : ConfigValues.of(values).keySet()) {
                if (COMMON.stream().anyMatch(common -> key.equals(common) || key.startsWith(common + "."))) {
                    throw new ModelFormatException(
                            source + ": " + name + ": " + Quoted.of(key) + " is the same for all recipes, and cannot be in one");
                }
            }
            builder(source + ": " + name, values, DistillationConfig.builder());
        });
    }

    /** What a teacher is distilled by where nothing else is said. */
    public static DistillationConfig defaults(Teacher teacher) {
        return suited(DistillationConfig.builder(), teacher);
    }

    /** The same for a builder of other lengths. */
    public static DistillationConfig suited(DistillationConfig.Builder builder, Teacher teacher) {
        if (!teacher.readsPrompts()) {
            return builder.build();
        }
        DistillationConfig made = builder.forPrompts(teacher.usualGuidance()).build();
        boolean isTold = teacher.network().scalars().contains(ScalarInputs.GUIDANCE); // and guided at all times
        return isTold ? builder.guidance(made.guidance().withInterval(GuidanceInterval.ALWAYS)).build() : made;
    }

    private static DistillationConfig.Builder builder(
            String source, JsonObject values, DistillationConfig.Builder defaults) {
        try {
            DistillationConfig config =
                    defaults.values(values.toString(), source).minutes(1).build(); // fits all batches
            return config.toBuilder().images(1_000L * config.work().batch());
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(source + ": " + e.getMessage(), e);
        }
    }

    /** The recipes of this project: its own, the paper's, and its own with one change at a time. */
    public static Recipes bundled() {
        return bundled("the bundled recipes", BUNDLED);
    }

    /** Those for teachers that read prompts: objective by guidance by share of the boundary. */
    public static Recipes bundledOfPrompts() {
        return bundled("the bundled recipes of prompts", OF_PROMPTS);
    }

    /** The methods of the field: this library's, the paper's, and those that it is compared with. */
    public static Recipes methods() {
        return bundled("the bundled methods", METHODS);
    }

    private static Recipes bundled(String name, String resource) {
        try (InputStream in = Recipes.class.getResourceAsStream(resource)) {
            return of(name, Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), resource));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a file of recipes. */
    public static Recipes read(Path file) {
        return of(file.toString(), Json.read(file));
    }

    private static Recipes of(String source, JsonObject json) {
        Map<String, JsonObject> changes = new LinkedHashMap<>();
        for (Map.Entry<String, JsonElement> entry : json.entrySet()) {
            if (!entry.getValue().isJsonObject()) {
                throw new ModelFormatException(source + ": " + Quoted.of(entry.getKey()) + " is " + Quoted.of(entry.getValue())
                        + ", must be an object of the values that differ from the defaults");
            }
            changes.put(entry.getKey(), entry.getValue().getAsJsonObject());
        }
        return new Recipes(source, changes);
    }

    /**
     * Some of them, in the order asked for.
     *
     * @throws IllegalArgumentException if there is none of a name
     */
    public Recipes only(List<String> names) {
        Map<String, JsonObject> chosen = new LinkedHashMap<>();
        for (String name : names) {
            if (!changes.containsKey(name)) {
                throw new IllegalArgumentException(
                        source + ": no recipe " + name + "; there are " + String.join(", ", changes.keySet()));
            }
            chosen.put(name, changes.get(name));
        }
        return new Recipes(source, chosen);
    }

    /**
     * The same, once it is known that they are of a teacher that reads prompts.
     *
     * @throws ModelFormatException naming the recipe, if one is of classes
     */
    public Recipes ofPrompts() {
        changes.forEach((name, values) -> {
            if (ConfigValues.of(values).containsKey(NEGATIVE_LABEL)) {
                throw new ModelFormatException(source + ": " + name + ": " + NEGATIVE_LABEL
                        + " is of teachers of classes; for one that reads prompts, give --negative TEXT, for all recipes");
            }
        });
        return this;
    }

    /** A builder that holds a recipe, for a run of some length. */
    DistillationConfig.Builder builder(String name, DistillationConfig defaults) {
        return builder(source + ": " + name, changes.get(name), defaults.toBuilder());
    }

    /** The values of a recipe in words: {@code bootstrap.solver DDIM, corrector none}. */
    String describe(String name) {
        return ConfigValues.of(changes.get(name)).entrySet().stream()
                .map(entry -> entry.getKey().replaceFirst("^phases\\[\\d+]\\.(objective\\.?)?", "") + " " + entry.getValue())
                .map(String::strip)
                .collect(Collectors.joining(", "));
    }
}
