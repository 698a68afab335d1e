package io.bootdistill.internal.diffusers;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.bootdistill.internal.file.FolderCopy;
import io.bootdistill.internal.file.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A tiny Stable Diffusion of the stock classes, in a folder that may be changed. */
final class TinyPipeline {

    final Path folder;

    private TinyPipeline(Path folder) {
        this.folder = folder;
    }

    static Path fixture() {
        try {
            return Path.of(TinyPipeline.class.getResource("/fixtures/text-to-image/sd-pipeline/model_index.json").toURI())
                    .getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static TinyPipeline in(Path folder) throws IOException {
        FolderCopy.folder(fixture(), folder);
        return new TinyPipeline(folder);
    }

    /** Changes the index. */
    void index(String key, Object value) throws IOException {
        JsonObject index = Json.read(folder.resolve("model_index.json"));
        if (value == null) {
            index.remove(key);
        } else if (value instanceof Boolean flag) {
            index.addProperty(key, flag);
        } else {
            index.addProperty(key, value.toString());
        }
        Json.write(folder.resolve("model_index.json"), index);
    }

    /** Names a component; absent where both are null. */
    void component(String name, String library, String className) throws IOException {
        JsonObject index = Json.read(folder.resolve("model_index.json"));
        JsonArray pair = new JsonArray();
        if (className == null) {
            pair.add(JsonNull.INSTANCE);
            pair.add(JsonNull.INSTANCE);
        } else {
            pair.add(library);
            pair.add(className);
        }
        index.add(name, pair);
        Json.write(folder.resolve("model_index.json"), index);
    }

    PipelineFolder open() {
        return PipelineFolder.open(folder);
    }

    /** Every file of a folder with its bytes, as a text. */
    static SortedMap<String, String> content(Path folder) {
        SortedMap<String, String> content = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                content.put(folder.relativize(file).toString().replace('\\', '/'),
                        HexFormat.of().formatHex(Files.readAllBytes(file)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return content;
    }
}
