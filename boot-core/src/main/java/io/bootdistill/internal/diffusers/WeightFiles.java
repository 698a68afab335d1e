package io.bootdistill.internal.diffusers;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.internal.file.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The safetensors files of a network folder: one, or the shards of an index.
 *
 * @param files the files, in the order of their names
 * @param shardOf the file of each tensor, as the index says; empty where there is no index
 */
record WeightFiles(List<Path> files, Map<String, Path> shardOf) {

    static final String SINGLE = "diffusion_pytorch_model.safetensors";
    private static final String INDEX_SUFFIX = ".json";
    /** Full precision before fp16, one file before shards. */
    private static final List<String> CANDIDATES = List.of(
            SINGLE,
            SINGLE + ".index.json",
            "diffusion_pytorch_model.fp16.safetensors",
            "diffusion_pytorch_model.fp16.safetensors.index.json",
            SINGLE + ".index.fp16.json");
    private static final List<String> PICKLES = List.of(".bin", ".pt", ".pth", ".ckpt", ".pkl");

    static WeightFiles find(Path folder) {
        for (String name : CANDIDATES) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                return name.endsWith(INDEX_SUFFIX) ? sharded(file) : new WeightFiles(List.of(file), Map.of());
            }
        }
        throw refused(folder);
    }

    /** The names in a folder, as part of a sentence. */
    static String listing(Path folder) {
        List<String> names = names(folder);
        return names.isEmpty() ? "nothing" : String.join(", ", names);
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
            throw new ModelFormatException(index + ": weight_map says that tensor " + tensor + " is in " + value
                    + ", must be the name of a .safetensors file in the same folder");
        }
        Path file = index.resolveSibling(name);
        if (!Files.exists(file)) {
            throw new ModelFormatException(index + " names " + name + ", which is not there; the folder holds "
                    + listing(index.getParent()) + "; copy the missing file");
        }
        return file;
    }

    private static ModelFormatException refused(Path folder) {
        for (String name : names(folder)) {
            if (PICKLES.stream().anyMatch(name::endsWith)) {
                return new ModelFormatException(folder.resolve(name) + " is a pickle, which may run code when it is read, and is"
                        + " refused; convert the model once with Python: from diffusers import UNet2DModel;"
                        + " UNet2DModel.from_pretrained(\"" + folder + "\").save_pretrained(\"" + folder + "\")");
            }
        }
        return new ModelFormatException(folder + " holds " + listing(folder) + ", but no weights; they must be in one of "
                + String.join(", ", CANDIDATES));
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new ModelFormatException("cannot read the folder " + folder + ": " + AtomicFiles.reason(e), e);
        }
    }
}
