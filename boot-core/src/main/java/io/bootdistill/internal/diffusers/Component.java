package io.bootdistill.internal.diffusers;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.Json;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A part of a pipeline, in a folder of its own.
 *
 * @param name the name of the folder
 * @param library the Python library that knows its class
 */
public record Component(String name, String library, String className, Path folder) {

    static final String CONFIG = "config.json";
    static final String CLASS_NAME = "_class_name";

    private static final String TRANSFORMERS = "transformers";

    /**
     * Its {@code config.json}; the caller may change it.
     *
     * @throws ModelFormatException if there is none, it cannot be read, or is that of a Flax model
     */
    public JsonObject config() {
        Path file = configFile();
        if (!Files.exists(file)) {
            throw new ModelFormatException(folder + " has no " + CONFIG + "; it holds " + FolderNames.listing(folder)
                    + "; copy the missing file");
        }
        JsonObject config = Json.read(file);
        JsonElement found = config.get(CLASS_NAME);
        if (found != null && found.isJsonPrimitive()) {
            ForeignModels.requireNoFlax(folder, found.getAsString());
        }
        return config;
    }

    Path configFile() {
        return folder.resolve(CONFIG);
    }

    /** Opens its weights; the caller closes them. */
    public ModelWeights openWeights() {
        return new ModelWeights(weightFiles());
    }

    /** Looks for its weights, without opening them. */
    WeightFiles weightFiles() {
        return WeightFiles.find(folder, beginning(), library, className);
    }

    /** The file that its weights are written to. */
    String weightFileName() {
        return beginning() + ".safetensors";
    }

    private String beginning() {
        return library.equals(TRANSFORMERS) ? "model" : WeightFiles.DIFFUSERS;
    }

    /**
     * How large its weights are, from the headers of their files alone.
     *
     * @throws ModelFormatException if it has none that can be read
     */
    public ComponentSize size() {
        return ComponentSize.of(weightFiles());
    }
}
