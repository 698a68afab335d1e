package io.bootdistill.internal.diffusers;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.internal.file.Quoted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is met in the place of a model folder: said to be what it is, with the way to convert it. */
final class ForeignModels {

    private static final List<String> PICKLES = List.of(".bin", ".pt", ".pth", ".ckpt", ".pkl");
    private static final String FLAX_FILE = ".msgpack";
    private static final Pattern LORA =
            Pattern.compile("lora_(unet|te\\d*|transformer)_.*|.*[._]lora(_[AB]|[._](down|up)|_linear_layer)\\..*");

    private ForeignModels() {}

    /** Refuses a file that was given instead of a folder, or nothing at all. */
    static ModelFormatException noFolder(Path path) {
        if (!Files.exists(path)) {
            return new ModelFormatException(path + " does not exist; give the folder of a model");
        }
        ModelFormatException known = known(path);
        return known != null ? known : new ModelFormatException(path + " is a file; give the folder of the model");
    }

    /** The refusal of a folder whose files at the top are no model in the layout of diffusers; null where they tell nothing. */
    static @Nullable ModelFormatException inFolder(Path folder) {
        for (String name : FolderNames.names(folder)) {
            ModelFormatException known = known(folder.resolve(name));
            if (known != null) {
                return known;
            }
        }
        return null;
    }

    private static @Nullable ModelFormatException known(Path file) {
        String name = file.getFileName().toString();
        if (name.endsWith(".safetensors") && Files.isRegularFile(file)) {
            try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
                return known(file, tensors.names());
            }
        }
        return PICKLES.stream().anyMatch(name::endsWith)
                ? pickle(file, "the model once with Python: from diffusers import StableDiffusionPipeline (or the pipeline of"
                        + " the model);"
                        + " StableDiffusionPipeline.from_single_file(\"" + file + "\").save_pretrained(\"a-folder\")")
                : null;
    }

    /** The refusal of tensors that belong to another kind of file; null where they may be a network's. */
    static @Nullable ModelFormatException known(Path file, Collection<String> names) {
        for (String name : names) {
            if (name.startsWith("model.diffusion_model.")) {
                return new ModelFormatException(file + " is a single-file checkpoint (it holds " + Quoted.of(name)
                        + "), must be the folder"
                        + " of a pipeline; convert it once with Python: from diffusers import StableDiffusionPipeline (for SDXL"
                        + " StableDiffusionXLPipeline); StableDiffusionPipeline.from_single_file(\"" + file
                        + "\").save_pretrained(\"a-folder\")");
            }
            if (LORA.matcher(name).matches()) {
                return new ModelFormatException(file + " is a LoRA (it holds " + Quoted.of(name)
                        + "): changes to a model, not a model;"
                        + " merge it into its model once with Python: pipe.load_lora_weights(\"" + file
                        + "\"); pipe.fuse_lora(); pipe.unload_lora_weights(); pipe.save_pretrained(\"a-folder\")");
            }
        }
        return null;
    }

    /**
     * The refusal of weights that only other files hold, or of other tensors in their place; null where there are none.
     *
     * @param beginning of the names of their files
     */
    static @Nullable ModelFormatException weights(Path folder, String beginning, String library, String className) {
        String load = "from " + library + " import " + className + "; " + className + ".from_pretrained(\"" + folder + "\"";
        String save = ").save_pretrained(\"" + folder + "\")";
        String stock = library.equals("transformers") ? "pytorch_model" : beginning;
        for (String name : FolderNames.names(folder)) {
            if (name.equals(stock + ".bin") || name.equals(stock + ".bin.index.json")) {
                return pickle(folder.resolve(name), "the model once with Python: " + load + save);
            }
            if (PICKLES.stream().anyMatch(name::endsWith)) {
                return pickle(folder.resolve(name), "it once with Python, if it holds the tensors of the model by their names and"
                        + " nothing else: import torch; from safetensors.torch import save_file; save_file(torch.load(\""
                        + folder.resolve(name) + "\", map_location=\"cpu\", weights_only=True), \""
                        + folder.resolve(beginning + ".safetensors") + "\")");
            }
            if (name.endsWith(FLAX_FILE)) {
                return new ModelFormatException(folder.resolve(name) + " holds the weights of Flax, which are not read; convert"
                        + " the model once with Python: " + load + ", from_flax=True" + save);
            }
        }
        return inFolder(folder);
    }

    private static ModelFormatException pickle(Path file, String conversion) {
        return new ModelFormatException(
                file + " is a pickle, which may run code when it is read, and is refused; convert " + conversion);
    }

    /** Refuses a class of Flax. */
    static void requireNoFlax(Path where, String className) {
        if (className.startsWith("Flax")) {
            String torch = Quoted.of(className.substring("Flax".length()));
            throw new ModelFormatException(where + " is of the Flax class Flax" + torch + ", must be " + torch + "; convert it"
                    + " once with Python: from diffusers import " + torch + "; " + torch + ".from_pretrained(\"" + where
                    + "\", from_flax=True).save_pretrained(\"a-folder\")");
        }
    }
}
