package io.bootdistill.internal.diffusers;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.file.Quoted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a whole pipeline of diffusers: {@code model_index.json}, which names its class and its components, and a folder
 * for each. Immutable.
 */
public final class PipelineFolder {

    /** The file that makes a folder a pipeline's. */
    public static final String MODEL_INDEX = "model_index.json";

    /** The file of what this library alone has to know of a model. */
    public static final String MARKS = "boot.json";

    /** The file beside the components with text states that were computed before. */
    public static final String TEXT_STATES = "text_states.safetensors";

    private static final String USUAL_GUIDANCE = "usual_guidance";

    static final String SCHEDULER_CONFIG = "scheduler_config.json";

    private final Path path;
    private final JsonObject index;
    private final PipelineClass pipeline;
    private final Map<String, Component> components = new LinkedHashMap<>();

    private PipelineFolder(Path path, JsonObject index) {
        this.path = path;
        this.index = index;
        pipeline = pipelineClass();
        for (Map.Entry<String, JsonElement> entry : index.entrySet()) {
            if (entry.getValue().isJsonArray()) {
                addComponent(entry.getKey(), entry.getValue().getAsJsonArray());
            }
        }
        pipeline.components().stream().sorted().forEach(this::requireComponent);
    }

    /** Whether a path is a folder that holds a pipeline's index. */
    public static boolean isPipeline(Path path) {
        return Files.isRegularFile(AtomicFiles.readableFolder(path).resolve(MODEL_INDEX));
    }

    /** Whether a path is the folder of a pipeline that has more than a network and a scheduler; refuses a damaged index. */
    public static boolean isWhole(Path path) {
        if (!isPipeline(path)) {
            return false;
        }
        JsonElement name = Json.read(AtomicFiles.readableFolder(path).resolve(MODEL_INDEX)).get(Component.CLASS_NAME);
        return Arrays.stream(PipelineClass.values()).noneMatch(
                known -> !known.isWhole() && name != null && name.isJsonPrimitive()
                && known.className().equals(name.getAsString()));
    }

    /**
     * Opens a folder: reads its index, and requires that all is there that the index names. Nothing large is read.
     *
     * @throws ModelFormatException if it is no such folder, the pipeline or the class of a component is not supported, or
     *     something is missing
     */
    public static PipelineFolder open(Path path) {
        Path found = AtomicFiles.readableFolder(path);
        if (!Files.isDirectory(found)) {
            throw ForeignModels.noFolder(found);
        }
        Path file = found.resolve(MODEL_INDEX);
        if (!Files.exists(file)) {
            ModelFormatException foreign = ForeignModels.inFolder(found);
            throw foreign != null ? foreign : new ModelFormatException(found + " has no " + MODEL_INDEX + "; it holds "
                    + FolderNames.listing(found) + "; give the folder of a whole pipeline");
        }
        return new PipelineFolder(found, Json.read(file));
    }

    private PipelineClass pipelineClass() {
        JsonElement name = index.get(Component.CLASS_NAME);
        String text = name != null && name.isJsonPrimitive() ? name.getAsString() : "";
        ForeignModels.requireNoFlax(path, text);
        return Arrays.stream(PipelineClass.values())
                .filter(known -> known.className().equals(text))
                .findFirst()
                .orElseThrow(() -> new ModelFormatException(path.resolve(MODEL_INDEX) + ": " + Component.CLASS_NAME + " is "
                        + (name == null ? "absent" : Quoted.of(name)) + ", must be one of " + Arrays.stream(PipelineClass.values())
                                .map(PipelineClass::className).collect(Collectors.joining(", "))));
    }

    private void addComponent(String name, JsonArray pair) {
        boolean texts = pair.size() == 2 && pair.asList().stream().allMatch(JsonElement::isJsonPrimitive);
        if (pair.size() == 2 && pair.asList().stream().allMatch(JsonElement::isJsonNull)) {
            return; // absent
        }
        if (!texts || !name.matches("\\w[\\w.-]*")) { // no path: it could lead anywhere
            throw new ModelFormatException(path.resolve(MODEL_INDEX) + ": " + Quoted.of(name) + " is " + Quoted.of(pair)
                    + ", must be the library and the class of the component in the folder of this name, or two nulls");
        }
        Component component =
                new Component(name, pair.get(0).getAsString(), pair.get(1).getAsString(), path.resolve(name));
        ForeignModels.requireNoFlax(path, component.className());
        Set<String> allowed = pipeline.classes(name);
        if (!allowed.isEmpty() && !allowed.contains(component.className())) {
            throw new ModelFormatException(path.resolve(MODEL_INDEX) + ": " + name + " is of the class "
                    + Quoted.of(component.className()) + ", must be "
                    + allowed.stream().sorted().collect(Collectors.joining(" or ")));
        }
        if (Files.isDirectory(component.folder())) {
            components.put(name, component);
        } else if (!pipeline.mayLack(name)) {
            throw new ModelFormatException(path + " has no folder " + Quoted.of(name) + ", which " + MODEL_INDEX
                    + " names; it holds " + FolderNames.listing(path) + "; copy the missing folder"
                    + (pipeline.components().contains(name) ? "" : ", or set " + Quoted.of(name) + " to [null, null]"));
        }
    }

    private void requireComponent(String name) {
        Component component = component(name);
        if (name.endsWith(PipelineClass.SCHEDULER)) {
            schedulerFile(name);
        } else if (!component.className().contains("Tokenizer")) {
            component.config();
            component.weightFiles();
        }
    }

    /** Where it was opened. */
    public Path path() {
        return path;
    }

    public PipelineClass pipeline() {
        return pipeline;
    }

    /** The index; the caller may change it. */
    public JsonObject index() {
        return index.deepCopy();
    }

    /** The components that are there, in the order of the index. */
    public Collection<Component> components() {
        return List.copyOf(components.values());
    }

    /** Whether a component is there. */
    public boolean has(String component) {
        return components.containsKey(component);
    }

    /** @throws ModelFormatException if the component is not there */
    public Component component(String name) {
        Component component = components.get(name);
        if (component == null) {
            throw new ModelFormatException(path.resolve(MODEL_INDEX) + " names no " + name + ", which a "
                    + pipeline.className() + " must have; it names " + Quoted.names(components.keySet())
                    + "; use the folder of the whole pipeline");
        }
        return component;
    }

    /** The component that denoises. */
    public Component network() {
        return component(pipeline.network());
    }

    /** A truth value of the index, such as {@code force_zeros_for_empty_prompt}. */
    public boolean flag(String key, boolean byDefault) {
        JsonElement value = index.get(key);
        if (value == null || value.isJsonNull()) {
            return byDefault;
        }
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isBoolean()) {
            throw new ModelFormatException(
                    path.resolve(MODEL_INDEX) + ": " + key + " is " + Quoted.of(value) + ", must be true or false");
        }
        return value.getAsBoolean();
    }

    /**
     * The scheduler, checked, as the pipeline takes it: predictions of latents are never limited, and Stable Diffusion always
     * counts its indices from 1.
     *
     * @throws ModelFormatException if something in it is not supported
     */
    public SchedulerConfig scheduler() {
        SchedulerConfig written = scheduler(PipelineClass.SCHEDULER);
        if (!pipeline.isLatent()) {
            return written;
        }
        int offset = pipeline == PipelineClass.STABLE_DIFFUSION ? 1 : written.stepsOffset();
        return written.toBuilder().clipSample(false).thresholding(false).stepsOffset(offset).build();
    }

    /** A scheduler as its file says. */
    public SchedulerConfig scheduler(String component) {
        return SchedulerConfig.read(schedulerFile(component));
    }

    private Path schedulerFile(String component) {
        Path file = component(component).folder().resolve(SCHEDULER_CONFIG);
        if (!Files.exists(file)) {
            throw new ModelFormatException(file.getParent() + " has no " + SCHEDULER_CONFIG + "; it holds "
                    + FolderNames.listing(file.getParent()) + "; copy the missing file");
        }
        return file;
    }

    /** What this library alone has to know of a model, from {@link #MARKS}; empty where there is none. */
    public JsonObject marks() {
        Path file = path.resolve(MARKS);
        return Files.exists(file) ? Json.read(file) : new JsonObject();
    }

    /** The guidance scale to draw with where nothing is said: that of the marks, or else that of its class. */
    public double usualGuidance() {
        JsonElement known = marks().get(USUAL_GUIDANCE);
        if (known == null) {
            return pipeline.usualGuidance();
        }
        if (!known.isJsonPrimitive() || !known.getAsJsonPrimitive().isNumber() || !(known.getAsDouble() >= 0)) {
            throw new ModelFormatException(path.resolve(MARKS) + ": " + USUAL_GUIDANCE + " is " + Quoted.of(known)
                    + ", must be a scale of at least 0");
        }
        return known.getAsDouble();
    }

    /** Where its text states lie; null where there are none, or it reads none. */
    public @Nullable Path textStates() {
        Path file = path.resolve(TEXT_STATES);
        return pipeline.readsTextStates() && Files.isRegularFile(file) ? file : null;
    }

    /**
     * The files beside the components that say what a model is and what may be done with it: README, licences, terms of use; and
     * its text states.
     */
    List<Path> documents() {
        List<Path> documents = new ArrayList<>(Stream.ofNullable(textStates()).toList());
        for (String name : FolderNames.names(path)) {
            if (name.equals(MARKS) || name.matches("[^.]+|[^.].*\\.(?i:md|txt|pdf|html)")
                    && Files.isRegularFile(path.resolve(name))) {
                documents.add(path.resolve(name));
            }
        }
        return documents;
    }
}
