package io.bootdistill.internal.diffusers;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.file.Quoted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model folder in the layout of diffusers: nested ({@code unet/}, {@code scheduler/}, {@code model_index.json}) or flat
 * ({@code config.json}, weights, {@code scheduler_config.json}). Immutable.
 */
public final class DiffusersFolder {

    private static final String NETWORK = "unet";
    private static final String SCHEDULER = "scheduler";
    private static final String NETWORK_CONFIG = "config.json";
    private static final String SCHEDULER_CONFIG = "scheduler_config.json";
    private static final String MARKS = PipelineFolder.MARKS;
    private static final String MODEL_INDEX = "model_index.json";
    private static final String NULL_CLASS = "null_class";
    private static final String CLASS_NAME = "_class_name";
    private static final Set<String> AUTOENCODERS = Set.of("vae", "vqvae");
    private static final Set<String> DRAW_BY_ANY = Set.of("DDPMScheduler", "LCMScheduler");

    private final Path folder;
    private final Path schedulerFile;
    private final @Nullable String schedulerText;
    private final JsonObject networkConfig;
    private final JsonObject marks;
    private final OptionalInt nullClass;
    private final WeightFiles weights;
    private final List<String> others;

    private DiffusersFolder(Path folder) {
        this.folder = folder;
        Path network = folder.resolve(NETWORK);
        boolean nested = Files.isDirectory(network);
        this.others = nested ? FolderNames.networks(folder).stream().filter(name -> !name.equals(NETWORK)).toList() : List.of();
        this.networkConfig = readNetworkConfig(nested ? network : folder);
        this.schedulerFile = (nested ? folder.resolve(SCHEDULER) : folder).resolve(SCHEDULER_CONFIG);
        this.schedulerText = Files.exists(schedulerFile) ? Json.readText(schedulerFile) : null;
        Path marksFile = folder.resolve(MARKS);
        this.marks = Files.exists(marksFile) ? Json.read(marksFile) : new JsonObject();
        this.nullClass = readNullClass(folder.resolve(MODEL_INDEX));
        this.weights = WeightFiles.find(nested ? network : folder, WeightFiles.DIFFUSERS, "diffusers", "UNet2DModel");
    }

    /**
     * Opens a folder: reads the configuration and finds the weights, without opening them.
     *
     * @throws ModelFormatException if it is no such folder (the message lists what is there), or if the weights are pickles
     */
    public static DiffusersFolder open(Path folder) {
        Path found = AtomicFiles.readableFolder(folder);
        if (!Files.isDirectory(found)) {
            throw ForeignModels.noFolder(found);
        }
        return new DiffusersFolder(found);
    }

    /** Where it was opened. */
    public Path path() {
        return folder;
    }

    /** Folders of networks beside the one that is read, such as {@code unet_ema}, an average of weights. */
    public List<String> others() {
        return others;
    }

    /** @throws ModelFormatException if an autoencoder lies there, too: the network's images are not pixels but its latents */
    public void requirePixels() {
        others.stream().filter(AUTOENCODERS::contains).findFirst().ifPresent(name -> {
            throw new ModelFormatException(folder + " holds the autoencoder " + name + " beside " + NETWORK + ": a model of latents,"
                    + " whose " + MODEL_INDEX + " must name both, with _class_name LDMPipeline; or remove it");
        });
    }

    /** The network's {@code config.json}. The caller may change it. */
    public JsonObject networkConfig() {
        return networkConfig.deepCopy();
    }

    /**
     * The {@code scheduler_config.json}. The caller may change it.
     *
     * @throws ModelFormatException if there is none
     */
    public JsonObject schedulerConfig() {
        return Json.parse(schedulerText(), schedulerFile.toString());
    }

    /**
     * The {@code scheduler_config.json}, checked.
     *
     * @throws ModelFormatException if there is none, or something in it is not supported
     */
    public SchedulerConfig scheduler() {
        return SchedulerConfig.parse(schedulerText(), schedulerFile.toString());
    }

    private String schedulerText() {
        if (schedulerText == null) {
            throw new ModelFormatException(folder + " has no " + folder.relativize(schedulerFile)
                    + ", which says how the model was trained; give the folder of the whole pipeline, or add the file");
        }
        return schedulerText;
    }

    /** What this library alone has to know of a model, from {@code boot.json}; empty where there is none. The caller may change it. */
    public JsonObject marks() {
        return marks.deepCopy();
    }

    /** The label that stands for "no class", as {@code model_index.json} says with the key {@code null_class}. */
    public OptionalInt nullClass() {
        return nullClass;
    }

    /** How the weights lie in their files. */
    public WeightsManifest manifest() {
        try (ModelWeights opened = openWeights()) {
            return opened.manifest();
        }
    }

    /** Opens the weights; the caller closes them. */
    public ModelWeights openWeights() {
        return new ModelWeights(weights);
    }

    /**
     * Writes the model again, nested: the configurations as they were read, each key.
     *
     * @throws IOException naming the target and the cause; the target is then as it was
     */
    public void write(Path target, SafetensorsWriter values) throws IOException {
        write(target, networkConfig, schedulerText(), className(schedulerConfig(), "schedulerConfig"), marks, nullClass, values);
    }

    /**
     * Writes a nested model folder atomically, as {@link AtomicFiles#writeFolder}. The pipeline class is {@code DDPMPipeline},
     * which draws by any scheduler, for that of its name and of consistency models, or {@code DDIMPipeline}, which has its own.
     *
     * @param networkConfig with {@code _class_name}
     * @param nullClass empty where the network has none
     * @throws IOException naming the target and the cause; the target is then as it was
     */
    public static void write(
            Path target,
            JsonObject networkConfig,
            JsonObject schedulerConfig,
            OptionalInt nullClass,
            SafetensorsWriter weights)
            throws IOException {
        write(target, networkConfig, schedulerConfig, new JsonObject(), nullClass, weights);
    }

    /** Likewise, with {@link #marks}. */
    public static void write(
            Path target,
            JsonObject networkConfig,
            JsonObject schedulerConfig,
            JsonObject marks,
            OptionalInt nullClass,
            SafetensorsWriter weights)
            throws IOException {
        write(target, networkConfig, Json.text(schedulerConfig), className(schedulerConfig, "schedulerConfig"), marks, nullClass,
                weights);
    }

    private static void write(
            Path target,
            JsonObject networkConfig,
            String schedulerText,
            String schedulerClass,
            JsonObject marks,
            OptionalInt nullClass,
            SafetensorsWriter weights)
            throws IOException {
        JsonObject index = new JsonObject();
        index.addProperty(CLASS_NAME, DRAW_BY_ANY.contains(schedulerClass) ? "DDPMPipeline" : "DDIMPipeline");
        index.add(SCHEDULER, component(schedulerClass));
        index.add(NETWORK, component(className(networkConfig, "networkConfig")));
        index.add(NULL_CLASS, JsonNull.INSTANCE);
        nullClass.ifPresent(label -> index.addProperty(NULL_CLASS, label));
        AtomicFiles.writeFolder(target, folder -> {
            Json.write(folder.resolve(MODEL_INDEX), index);
            Json.write(folder.resolve(NETWORK).resolve(NETWORK_CONFIG), networkConfig);
            Path scheduler = Files.createDirectory(folder.resolve(SCHEDULER));
            Files.writeString(scheduler.resolve(SCHEDULER_CONFIG), schedulerText);
            if (!marks.isEmpty()) {
                Json.write(folder.resolve(MARKS), marks);
            }
            weights.write(folder.resolve(NETWORK).resolve(WeightFiles.SINGLE));
        });
    }

    private static JsonObject readNetworkConfig(Path network) {
        Path file = network.resolve(NETWORK_CONFIG);
        if (!Files.exists(file)) {
            ModelFormatException foreign = ForeignModels.inFolder(network);
            throw foreign != null ? foreign : new ModelFormatException(network + " has no " + NETWORK_CONFIG + "; it holds "
                    + FolderNames.listing(network) + "; give a folder with " + NETWORK + "/" + NETWORK_CONFIG + " or "
                    + NETWORK_CONFIG);
        }
        JsonObject config = Json.read(file);
        JsonElement className = config.get(CLASS_NAME);
        if (className != null && className.isJsonPrimitive()) {
            ForeignModels.requireNoFlax(network, className.getAsString());
        }
        return config;
    }

    private static OptionalInt readNullClass(Path file) {
        if (!Files.exists(file)) {
            return OptionalInt.empty();
        }
        JsonElement value = Json.read(file).get(NULL_CLASS);
        if (value == null || value.isJsonNull()) {
            return OptionalInt.empty();
        }
        boolean number = value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
        long label = number ? Json.wholeNumber(value.getAsString()) : -1;
        if (label < 0 || label > Integer.MAX_VALUE) {
            throw new ModelFormatException(
                    file + ": " + NULL_CLASS + " is " + Quoted.of(value)
                    + ", must be a label (a whole number from 0 on) or absent");
        }
        return OptionalInt.of((int) label);
    }

    private static String className(JsonObject config, String argument) {
        JsonElement name = config.get(CLASS_NAME);
        if (name == null) {
            throw new IllegalArgumentException(argument + " has no " + CLASS_NAME);
        }
        return name.getAsString();
    }

    private static JsonArray component(String className) {
        JsonArray pair = new JsonArray();
        List.of("diffusers", className).forEach(pair::add);
        return pair;
    }
}
