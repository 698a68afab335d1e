package io.bootdistill.internal.diffusers;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.file.Quoted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The safetensors files of a network folder: one, or the shards of an index.
 *
 * @param files the files, in the order of their names
 * @param shardOf the file of each tensor, as the index says; empty where there is no index
 */
record WeightFiles(List<Path> files, Map<String, Path> shardOf) {

    /** How the files of diffusers begin. */
    static final String DIFFUSERS = "diffusion_pytorch_model";
    static final String SINGLE = DIFFUSERS + ".safetensors";

    private static final String INDEX_SUFFIX = ".json";
    /** Full precision before half, one file before shards. */
    private static final List<String> ENDINGS = List.of(
            ".safetensors",
            ".safetensors.index.json",
            ".fp16.safetensors",
            ".fp16.safetensors.index.json",
            ".safetensors.index.fp16.json",
            ".bf16.safetensors",
            ".bf16.safetensors.index.json",
            ".safetensors.index.bf16.json");

    /**
     * Looks for weights, without opening them.
     *
     * @param beginning of the names of their files
     * @param library that converts what cannot be read, with the class that it does so with
     * @throws ModelFormatException if there are none, or only such as cannot be read
     */
    static WeightFiles find(Path folder, String beginning, String library, String className) {
        for (String ending : ENDINGS) {
            Path file = folder.resolve(beginning + ending);
            if (Files.exists(file)) {
                return ending.endsWith(INDEX_SUFFIX) ? sharded(file) : new WeightFiles(List.of(file), Map.of());
            }
        }
        List<String> variants = FolderNames.names(folder).stream().filter(name -> name.matches(
                Pattern.quote(beginning) + "\\.(?!safetensors)[\\w.-]+(?<!-\\d{5}-of-\\d{5})\\.safetensors|"
                + Pattern.quote(beginning) + "(\\.[\\w.-]+)?\\.safetensors\\.index(\\.[\\w-]+)?\\.json")).toList();
        if (variants.size() > 1) {
            throw new ModelFormatException(folder + " holds several variants of the weights, " + Quoted.names(variants)
                    + ", and none of the usual ones; rename one " + beginning + ".safetensors");
        }
        for (String only : variants) {
            Path file = folder.resolve(only);
            return only.endsWith(INDEX_SUFFIX) ? sharded(file) : new WeightFiles(List.of(file), Map.of());
        }
        ModelFormatException foreign = ForeignModels.weights(folder, beginning, library, className);
        throw foreign != null ? foreign : new ModelFormatException(folder + " holds " + FolderNames.listing(folder)
                + ", but no weights; they must be in one of "
                + String.join(", ", ENDINGS.stream().map(ending -> beginning + ending).toList()));
    }

    private static WeightFiles sharded(Path index) {
        JsonElement map = Json.read(index).get("weight_map");
        if (map == null || !map.isJsonObject() || map.getAsJsonObject().isEmpty()) {
            throw new ModelFormatException(index + " has no weight_map from tensors to files; export the model again");
        }
        Map<String, Path> shardOf = new TreeMap<>();
        JsonObject entries = map.getAsJsonObject();
        for (String name : entries.keySet()) {
            shardOf.put(name, shard(index, name, entries.get(name)));
        }
        return new WeightFiles(shardOf.values().stream().distinct().sorted().toList(), shardOf);
    }

    private static Path shard(Path index, String tensor, JsonElement value) {
        String name = value.isJsonPrimitive() ? value.getAsString() : "";
        if (!name.matches("[\\w.-]+\\.safetensors")) { // no path: it could lead anywhere
            throw new ModelFormatException(index + ": weight_map says that tensor " + Quoted.of(tensor) + " is in "
                    + Quoted.of(value) + ", must be the name of a .safetensors file in the same folder");
        }
        Path file = index.resolveSibling(name);
        if (!Files.exists(file)) {
            throw new ModelFormatException(index + " names " + Quoted.of(name) + ", which is not there; the folder holds "
                    + FolderNames.listing(index.getParent()) + "; copy the missing file");
        }
        return file;
    }
}
