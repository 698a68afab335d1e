package io.bootdistill.internal.diffusers;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The pipelines that are supported, and the components that each must have. */
public enum PipelineClass {
    DDPM("DDPMPipeline", Parts.PIXELS),
    DDIM("DDIMPipeline", Parts.PIXELS),
    STABLE_DIFFUSION("StableDiffusionPipeline", Parts.STABLE_DIFFUSION),
    LATENT_CONSISTENCY("LatentConsistencyModelPipeline", Parts.STABLE_DIFFUSION),
    STABLE_DIFFUSION_XL("StableDiffusionXLPipeline", Parts.STABLE_DIFFUSION_XL),
    LDM("LDMPipeline", Parts.LDM),
    DIT("DiTPipeline", Parts.DIT),
    IF("IFPipeline", Parts.IF),
    IF_SUPER_RESOLUTION("IFSuperResolutionPipeline", Parts.IF_SUPER_RESOLUTION);

    /** The scheduler's component. */
    public static final String SCHEDULER = "scheduler";

    /** The classes that each component may have, empty where any will do. */
    private static final class Parts {
        private static final Set<String> ANY = Set.of();
        private static final Set<String> CLIP = Set.of("CLIPTokenizer", "CLIPTokenizerFast");
        private static final Set<String> KL = Set.of("AutoencoderKL");
        private static final Set<String> CONDITIONED = Set.of("UNet2DConditionModel");

        private static final Map<String, Set<String>> PIXELS = Map.of("unet", Set.of("UNet2DModel"), SCHEDULER, ANY);
        private static final Map<String, Set<String>> STABLE_DIFFUSION = Map.of("unet", CONDITIONED, SCHEDULER, ANY, "vae", KL,
                "text_encoder", Set.of("CLIPTextModel"), "tokenizer", CLIP);
        private static final Map<String, Set<String>> STABLE_DIFFUSION_XL = Map.of("unet", CONDITIONED, SCHEDULER, ANY,
                "vae", KL, "text_encoder", Set.of("CLIPTextModel"), "tokenizer", CLIP,
                "text_encoder_2", Set.of("CLIPTextModelWithProjection"), "tokenizer_2", CLIP);
        private static final Map<String, Set<String>> LDM =
                Map.of("unet", Set.of("UNet2DModel"), SCHEDULER, ANY, "vqvae", Set.of("VQModel", "AutoencoderKL"));
        private static final Map<String, Set<String>> DIT = Map.of(
                "transformer", Set.of("DiTTransformer2DModel", "Transformer2DModel"), SCHEDULER, ANY, "vae", KL);
        private static final Map<String, Set<String>> IF = Map.of("unet", CONDITIONED, SCHEDULER, ANY);
        private static final Map<String, Set<String>> IF_SUPER_RESOLUTION =
                Map.of("unet", CONDITIONED, SCHEDULER, ANY, "image_noising_scheduler", ANY);
    }

    private final String className;
    private final Map<String, Set<String>> parts;

    PipelineClass(String className, Map<String, Set<String>> parts) {
        this.className = className;
        this.parts = parts;
    }

    /** As the format names it. */
    public String className() {
        return className;
    }

    /** The component that denoises. */
    public String network() {
        return parts.containsKey("transformer") ? "transformer" : "unet";
    }

    /** The component that decodes latents; null where the pixels themselves are denoised. */
    public @Nullable String autoencoder() {
        return Stream.of("vae", "vqvae").filter(parts::containsKey).findFirst().orElse(null);
    }

    /** Whether its conditions are made of prompts. */
    public boolean readsPrompts() {
        return parts.containsKey("tokenizer") || readsTextStates();
    }

    /** Steps of a picture, where nothing is said. */
    public int usualSteps() {
        return switch (this) {
            case LATENT_CONSISTENCY -> 4;
            case IF -> 100;
            default -> 50;
        };
    }

    /** Guidance scale, where nothing is said: those of the pipelines of diffusers. */
    public double usualGuidance() {
        return switch (this) {
            case STABLE_DIFFUSION -> 7.5;
            case LATENT_CONSISTENCY -> 8.5;
            case STABLE_DIFFUSION_XL -> 5;
            case DIT, IF_SUPER_RESOLUTION -> 4;
            case IF -> 7;
            case DDPM, DDIM, LDM -> 1;
        };
    }

    /** Whether it has more than a network and a scheduler. */
    public boolean isWhole() {
        return this != DDPM && this != DDIM;
    }

    /** Whether what is denoised is latents: they are never clamped, whatever the scheduler's configuration says. */
    public boolean isLatent() {
        return autoencoder() != null;
    }

    /** Whether its text encoder is of the T5 family: prompts' states are computed elsewhere. */
    public boolean readsTextStates() {
        return this == IF || this == IF_SUPER_RESOLUTION;
    }

    /** The components that it must have. */
    public Set<String> components() {
        return parts.keySet();
    }

    /** Whether a component that the index names may be missing in the folder: prompts' states are computed elsewhere. */
    boolean mayLack(String component) {
        return readsTextStates() && List.of("text_encoder", "tokenizer").contains(component);
    }

    /** The classes that a component may have; empty where any will do. */
    Set<String> classes(String component) {
        return parts.getOrDefault(component, Parts.ANY);
    }
}
