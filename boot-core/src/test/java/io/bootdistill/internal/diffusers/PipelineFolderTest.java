package io.bootdistill.internal.diffusers;

import static io.bootdistill.format.RawFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.format.DType;
import io.bootdistill.format.RawFiles;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.format.SchedulerType;
import io.bootdistill.internal.file.FolderCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("fast")
class PipelineFolderTest {

    @TempDir
    Path temp;

    private TinyPipeline tiny() throws IOException {
        return TinyPipeline.in(temp.resolve("model"));
    }

    @Test
    void stableDiffusion() {
        PipelineFolder folder = PipelineFolder.open(TinyPipeline.fixture());
        assertEquals(PipelineClass.STABLE_DIFFUSION, folder.pipeline());
        assertEquals(List.of("scheduler", "text_encoder", "tokenizer", "unet", "vae"),
                folder.components().stream().map(Component::name).toList());
        assertTrue(folder.has("vae"));
        assertFalse(folder.has("safety_checker"), "two nulls");
        assertEquals("UNet2DConditionModel", folder.network().className());
        assertEquals("AutoencoderKL", folder.component(folder.pipeline().autoencoder()).className());
        assertFalse(folder.flag("requires_safety_checker", true));
        assertTrue(folder.flag("force_zeros_for_empty_prompt", true));
        assertEquals(24, folder.component("text_encoder").config().get("hidden_size").getAsInt());
        try (ModelWeights text = folder.component("text_encoder").openWeights();
                ModelWeights network = folder.network().openWeights()) {
            text.requireShape("embeddings.token_embedding.weight", 685, 24);
            network.requireFinite();
        }
        assertTrue(PipelineFolder.isPipeline(TinyPipeline.fixture()));
        assertFalse(PipelineFolder.isPipeline(temp));
    }

    /** Tables of integers are no parameters. */
    @Test
    void sizesOfComponents() throws IOException {
        PipelineFolder folder = tiny().open();
        assertEquals(new ComponentSize(201_924, 4 * 201_924, Set.of(DType.F32)), folder.network().size());
        ComponentSize text = folder.component("text_encoder").size();
        assertEquals(text.parameters() * 4, text.bytes());
        Path tokens = temp.resolve("model/text_encoder/model.safetensors");
        new SafetensorsWriter()
                .addLongs("text_model.embeddings.position_ids", new int[] {1, 77}, new long[77])
                .addBytes("a", DType.F16, new int[] {5}, (first, into) -> into.put(new byte[10]))
                .addBytes("b", DType.BF16, new int[] {2}, (first, into) -> into.put(new byte[4]))
                .write(tokens);
        assertEquals(new ComponentSize(7, 8 * 77 + 14, Set.of(DType.F16, DType.BF16)), folder.component("text_encoder").size());
    }

    @Test
    void schedulerAsThePipelineTakesIt() throws IOException {
        TinyPipeline tiny = tiny();
        Path file = tiny.folder.resolve("scheduler/scheduler_config.json");
        Files.writeString(file, "{\"_class_name\":\"DDIMScheduler\",\"steps_offset\":0,\"thresholding\":true}");
        SchedulerConfig taken = tiny.open().scheduler();
        assertFalse(taken.clipSample());
        assertFalse(taken.thresholding());
        assertEquals(1, taken.stepsOffset());
        assertTrue(tiny.open().scheduler("scheduler").clipSample(), "as its file says");
        tiny.index("_class_name", "LatentConsistencyModelPipeline");
        assertFalse(tiny.open().scheduler().clipSample());
        assertEquals(0, tiny.open().scheduler().stepsOffset());
        assertEquals(SchedulerType.PNDM, PipelineFolder.open(TinyPipeline.fixture()).scheduler().type());
    }

    /** Each kind with what it needs, of which the network, the scheduler and the autoencoder are told. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "StableDiffusionPipeline        | unet        | vae   | true",
        "LatentConsistencyModelPipeline | unet        | vae   | true",
        "StableDiffusionXLPipeline      | unet        | vae   | true",
        "LDMPipeline                    | unet        | vqvae | true",
        "DiTPipeline                    | transformer | vae   | true",
        "IFPipeline                     | unet        |       | false",
        "IFSuperResolutionPipeline      | unet        |       | false",
        "DDPMPipeline                   | unet        |       | false",
        "DDIMPipeline                   | unet        |       | false",
    })
    void kinds(String className, String network, String autoencoder, boolean latent) throws IOException {
        TinyPipeline tiny = tiny();
        tiny.index("_class_name", className);
        Path folder = tiny.folder;
        switch (className) {
            case "StableDiffusionXLPipeline" -> {
                FolderCopy.folder(folder.resolve("text_encoder"), folder.resolve("text_encoder_2"));
                FolderCopy.folder(folder.resolve("tokenizer"), folder.resolve("tokenizer_2"));
                tiny.component("text_encoder_2", "transformers", "CLIPTextModelWithProjection");
                tiny.component("tokenizer_2", "transformers", "CLIPTokenizer");
            }
            case "LDMPipeline" -> {
                Files.move(folder.resolve("vae"), folder.resolve("vqvae"));
                tiny.component("vae", null, null);
                tiny.component("vqvae", "diffusers", "VQModel");
                tiny.component("unet", "diffusers", "UNet2DModel");
            }
            case "DiTPipeline" -> {
                Files.move(folder.resolve("unet"), folder.resolve("transformer"));
                tiny.component("unet", null, null);
                tiny.component("transformer", "diffusers", "Transformer2DModel");
            }
            case "IFSuperResolutionPipeline" -> {
                FolderCopy.folder(folder.resolve("scheduler"), folder.resolve("image_noising_scheduler"));
                tiny.component("image_noising_scheduler", "diffusers", "DDPMScheduler");
            }
            case "DDPMPipeline", "DDIMPipeline" -> tiny.component("unet", "diffusers", "UNet2DModel");
            default -> { }
        }
        PipelineFolder opened = tiny.open();
        assertEquals(className, opened.pipeline().className());
        assertEquals(network, opened.network().name());
        assertEquals(autoencoder, opened.pipeline().autoencoder());
        assertEquals(latent, opened.pipeline().isLatent());
    }

    @Test
    void textEncodersThatAreComputedElsewhere() throws IOException {
        TinyPipeline tiny = tiny();
        tiny.index("_class_name", "IFPipeline");
        tiny.component("text_encoder", "transformers", "T5EncoderModel");
        Files.move(tiny.folder.resolve("text_encoder"), temp.resolve("elsewhere"));
        assertFalse(tiny.open().has("text_encoder"));
        tiny.index("_class_name", "StableDiffusionPipeline");
        tiny.component("text_encoder", "transformers", "CLIPTextModel");
        assertRefused(tiny::open, tiny.folder, "has no folder text_encoder, which model_index.json names", "it holds model_index.json",
                "copy the missing folder");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "PixArtAlphaPipeline         | _class_name is \"PixArtAlphaPipeline\", must be one of DDPMPipeline, DDIMPipeline, StableDiff",
        "StableDiffusionInpaintPipeline | must be one of",
        "                            | _class_name is absent, must be one of",
        "FlaxStableDiffusionPipeline | is of the Flax class FlaxStableDiffusionPipeline, must be StableDiffusionPipeline; convert it",
    })
    void otherPipelines(String className, String message) throws IOException {
        TinyPipeline tiny = tiny();
        tiny.index("_class_name", className);
        assertRefused(tiny::open, tiny.folder, message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "vae          | diffusers    | AutoencoderTiny          | vae is of the class AutoencoderTiny, must be AutoencoderKL",
        "unet         | diffusers    | UNet3DConditionModel     | unet is of the class UNet3DConditionModel, must be UNet2DCond",
        "unet         | diffusers    | FlaxUNet2DConditionModel | Flax class FlaxUNet2DConditionModel, must be UNet2DConditionModel",
        "text_encoder | transformers | T5EncoderModel           | text_encoder is of the class T5EncoderModel, must be CLIPTextModel",
        "tokenizer    | transformers | T5Tokenizer              | must be CLIPTokenizer or CLIPTokenizerFast",
        "vae          |              |                          | names no vae, which a StableDiffusionPipeline must have",
        "scheduler    |              |                          | names no scheduler",
        "safety_checker | stable_diffusion | StableDiffusionSafetyChecker | no folder safety_checker | or set safety_checker to [null",
        "../unet      | diffusers    | UNet2DConditionModel     | must be the library and the class of the component in the folder",
    })
    void otherComponents(String name, String library, String className, String message) throws IOException {
        TinyPipeline tiny = tiny();
        tiny.component(name, library, className);
        assertRefused(tiny::open, tiny.folder, message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "unet/config.json                     | unet has no config.json; it holds diffusion_pytorch_model.safetensors",
        "vae/config.json                      | vae has no config.json",
        "unet/diffusion_pytorch_model.safetensors | unet holds config.json, but no weights; they must be in one of diffusion_pyt",
        "text_encoder/model.safetensors       | but no weights; they must be in one of model.safetensors, model.safetensors.index",
        "scheduler/scheduler_config.json      | has no scheduler_config.json; it holds nothing; copy the missing file",
        "model_index.json                     | has no model_index.json; it holds scheduler, text_encoder, tokenizer, unet, vae",
    })
    void missingFiles(String name, String message) throws IOException {
        TinyPipeline tiny = tiny();
        Files.delete(tiny.folder.resolve(name));
        assertRefused(tiny::open, tiny.folder, message);
    }

    @Test
    void whatOtherLibrariesRead() throws IOException {
        TinyPipeline tiny = tiny();
        Path text = tiny.folder.resolve("text_encoder");
        Files.move(text.resolve("model.safetensors"), text.resolve("pytorch_model.bin"));
        assertRefused(tiny::open, "pytorch_model.bin is a pickle", "from transformers import CLIPTextModel; CLIPTextModel.from_pretr");
        Files.move(text.resolve("pytorch_model.bin"), text.resolve("flax_model.msgpack"));
        assertRefused(tiny::open, "flax_model.msgpack holds the weights of Flax", "from_flax=True");
        Files.move(text.resolve("flax_model.msgpack"), text.resolve("model.fp16.safetensors"));
        tiny.open();
        Path network = tiny.folder.resolve("unet");
        Files.writeString(network.resolve("config.json"), "{\"_class_name\":\"FlaxUNet2DConditionModel\"}");
        assertRefused(tiny::open, network, "Flax class FlaxUNet2DConditionModel");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "model.diffusion_model.input_blocks.0.0.weight                | is a single-file checkpoint | from_single_file(",
        "lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight | is a LoRA                  | fuse_lora()",
        "lora_te1_text_model_encoder_layers_0_mlp_fc1.alpha           | is a LoRA                   | load_lora_weights(",
        "unet.down_blocks.0.attentions.0.proj_in.lora_A.weight        | is a LoRA                   | fuse_lora()",
        "unet.mid_block.attentions.0.processor.to_q_lora.up.weight    | is a LoRA                   | fuse_lora()",
        "base_model.model.mid.to_q.lora_B.weight                      | is a LoRA                   | fuse_lora()",
    })
    void filesThatAreNoFolder(String tensor, String what, String conversion) throws IOException {
        Path file = temp.resolve("given.safetensors");
        new SafetensorsWriter().add(tensor, new int[] {1}, new float[1]).write(file);
        assertRefused(() -> PipelineFolder.open(file), file, what, "it holds " + tensor, conversion);
        assertRefused(() -> PipelineFolder.open(temp), file, what, conversion);
        assertRefused(() -> DiffusersFolder.open(file), file, what);
        assertRefused(() -> DiffusersFolder.open(temp), file, what);
        TinyPipeline tiny = tiny();
        Files.copy(file, Files.createDirectories(temp.resolve("flat")).resolve("diffusion_pytorch_model.safetensors"));
        Files.writeString(temp.resolve("flat/config.json"), "{}");
        assertRefused(() -> DiffusersFolder.open(temp.resolve("flat")).openWeights(), temp.resolve("flat"), what);
        Files.copy(file, tiny.folder.resolve("beside.safetensors"));
        tiny.open();
    }

    @Test
    void otherFiles() throws IOException {
        Path file = Files.writeString(temp.resolve("model.ckpt"), "x");
        assertRefused(() -> PipelineFolder.open(file), file, "is a pickle", "from_single_file(");
        assertRefused(() -> PipelineFolder.open(temp), file, "is a pickle");
        Path text = Files.writeString(temp.resolve("notes"), "x");
        assertRefused(() -> PipelineFolder.open(text), text, "is a file; give the folder of the model");
        assertRefused(() -> PipelineFolder.open(temp.resolve("none")), "none does not exist");
        assertNull(ForeignModels.known(file, List.of("conv_in.weight", "mid_block.attentions.0.to_q.weight")));
    }

    @Test
    void keysOfTheIndex() throws IOException {
        TinyPipeline tiny = tiny();
        tiny.index("force_zeros_for_empty_prompt", true);
        assertTrue(tiny.open().flag("force_zeros_for_empty_prompt", false));
        tiny.index("force_zeros_for_empty_prompt", "yes");
        assertRefused(() -> tiny.open().flag("force_zeros_for_empty_prompt", false),
                "model_index.json: force_zeros_for_empty_prompt is \"yes\", must be true or false");
        assertTrue(tiny.open().index().has("force_zeros_for_empty_prompt"));
    }

    /** In shards, in half precision, with and without the old prefix: all the same values. */
    @ParameterizedTest
    @ValueSource(strings = {"F16", "BF16"})
    void halfPrecisionInShards(String type) throws IOException {
        TinyPipeline tiny = tiny();
        Path text = tiny.folder.resolve("text_encoder");
        Files.delete(text.resolve("model.safetensors"));
        byte[] one = type.equals("F16") ? new byte[] {0, 0x3c} : new byte[] {(byte) 0x80, 0x3f};
        String suffix = type.equals("F16") ? "fp16" : "bf16";
        RawFiles.write(text.resolve("model-1." + suffix + ".safetensors"), RawFiles.safetensors(
                "{" + RawFiles.entry("text_model.encoder.layers.0.mlp.fc1.bias", type, "[1]", 0, 2) + "}", one));
        RawFiles.write(text.resolve("model-2." + suffix + ".safetensors"), RawFiles.safetensors(
                "{" + RawFiles.entry("final_layer_norm.bias", type, "[1]", 0, 2) + "}", one));
        Files.writeString(text.resolve("model.safetensors.index." + suffix + ".json"), "{\"weight_map\":{"
                + "\"text_model.encoder.layers.0.mlp.fc1.bias\":\"model-1." + suffix + ".safetensors\","
                + "\"final_layer_norm.bias\":\"model-2." + suffix + ".safetensors\"}}");
        Component component = tiny.open().component("text_encoder");
        try (ModelWeights weights = component.openWeights()) {
            assertEquals(Set.of("encoder.layers.0.mlp.fc1.bias", "final_layer_norm.bias"), weights.names());
            assertArrayEquals(new float[] {1}, weights.floats("encoder.layers.0.mlp.fc1.bias"));
            assertArrayEquals(new float[] {1}, weights.floats("final_layer_norm.bias"));
        }
        assertEquals(new ComponentSize(2, 4, Set.of(DType.valueOf(type))), component.size());
    }
}
