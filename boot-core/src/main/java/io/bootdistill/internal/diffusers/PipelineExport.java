package io.bootdistill.internal.diffusers;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.internal.file.FolderCopy;
import io.bootdistill.internal.file.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes a pipeline's folder again: what is not said to have changed is copied byte by byte, understood or not, with the
 * documents beside it. For one thread.
 */
public final class PipelineExport {

    private static final String README = "README.md";

    /** What a README that another one replaces is called. */
    private static final String OLD_README = "README-teacher.md";

    private final PipelineFolder source;
    private final JsonObject index;
    private final Map<String, JsonObject> configs = new HashMap<>();
    private final Map<String, SafetensorsWriter> weights = new HashMap<>();
    private final Map<String, String> texts = new LinkedHashMap<>();

    /** Of the folder as it is. */
    public PipelineExport(PipelineFolder source) {
        this.source = source;
        index = source.index();
    }

    /** With another scheduler, whose class the index then names. */
    public PipelineExport scheduler(JsonObject config) {
        JsonArray pair = new JsonArray();
        pair.add("diffusers");
        pair.add(config.get(Component.CLASS_NAME).getAsString());
        index.add(PipelineClass.SCHEDULER, pair);
        return config(PipelineClass.SCHEDULER, config);
    }

    /** With another configuration of a component. */
    public PipelineExport config(String component, JsonObject config) {
        source.component(component);
        configs.put(component, config.deepCopy());
        return this;
    }

    /** With other weights of a component, in one file; see {@link WeightsManifest#writer}. */
    public PipelineExport weights(String component, SafetensorsWriter values) {
        source.component(component);
        weights.put(component, values);
        return this;
    }

    /** With a text beside the components. A README of the source that it replaces stays under another name. */
    public PipelineExport text(String name, String content) {
        texts.put(name, content);
        return this;
    }

    /**
     * Writes the folder atomically, as {@link AtomicFiles#writeFolder}.
     *
     * @throws IOException naming the target and the cause; the target is then as it was
     */
    public void write(Path target) throws IOException {
        AtomicFiles.writeFolder(target, folder -> {
            for (Path document : source.documents()) {
                copyDocument(document, folder);
            }
            for (Map.Entry<String, String> text : texts.entrySet()) {
                Files.writeString(folder.resolve(text.getKey()), text.getValue());
            }
            write(source.path().resolve(PipelineFolder.MODEL_INDEX), index, folder.resolve(PipelineFolder.MODEL_INDEX));
            for (Component component : source.components()) {
                write(component, folder.resolve(component.name()));
            }
        });
    }

    private void copyDocument(Path document, Path folder) throws IOException {
        String name = document.getFileName().toString();
        if (!texts.containsKey(name)) {
            FolderCopy.file(document, folder.resolve(name));
        } else if (name.equals(README) && !Files.exists(source.path().resolve(OLD_README))) {
            FolderCopy.file(document, folder.resolve(OLD_README));
        }
    }

    private void write(Component component, Path folder) throws IOException {
        SafetensorsWriter values = weights.get(component.name());
        JsonObject config = configs.get(component.name());
        boolean isScheduler = component.name().endsWith(PipelineClass.SCHEDULER);
        Path configFile = isScheduler ? component.folder().resolve(PipelineFolder.SCHEDULER_CONFIG) : component.configFile();
        if (values == null) {
            FolderCopy.folder(component.folder(), folder);
        } else {
            Files.createDirectory(folder);
            FolderCopy.file(configFile, folder.resolve(Component.CONFIG));
            values.write(folder.resolve(component.weightFileName()));
        }
        if (config != null) {
            Path written = folder.resolve(configFile.getFileName());
            Files.delete(written);
            write(configFile, config, written);
        }
    }

    /** Writes JSON; one that has not changed, byte by byte. */
    private static void write(Path old, JsonObject json, Path target) throws IOException {
        if (Json.text(Json.read(old)).equals(Json.text(json))) {
            FolderCopy.file(old, target);
        } else {
            Json.write(target, json);
        }
    }
}
