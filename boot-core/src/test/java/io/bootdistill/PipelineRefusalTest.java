package io.bootdistill;

import static io.bootdistill.format.RawFiles.assertMessage;
import static io.bootdistill.format.RawFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.error.NotFiniteException;
import io.bootdistill.format.DType;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.internal.file.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole pipelines that cannot be used: what is wrong is found before weights are read, and said with the file and the way out. */
@Tag("fast")
class PipelineRefusalTest {

    private static final String NETWORK = "unet/diffusion_pytorch_model.safetensors";
    private static final String ENCODER = "text_encoder/model.safetensors";
    private static final String DECODER = "vae/diffusion_pytorch_model.safetensors";

    @TempDir
    Path folder;

    @BeforeEach
    void copy() throws IOException {
        DrawingGoldenTest.copy(folder);
    }

    private Teacher load() {
        return Teacher.load(folder, Devices.named("reference"));
    }

    /** Not a number in place of every weight: whoever reads one of them, of whatever component, says so. */
    private void spoilWeights() throws IOException {
        for (String name : List.of(NETWORK, ENCODER, DECODER)) {
            try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
                int start = 8 + (int) Long.reverseBytes(file.readLong());
                byte[] data = new byte[(int) file.length() - start];
                Arrays.fill(data, (byte) 0xff);
                file.seek(start);
                file.write(data);
            }
        }
    }

    private void set(String file, String key, String value) throws IOException {
        JsonObject config = Json.read(folder.resolve(file));
        config.add(key, JsonParser.parseString(value));
        Files.delete(folder.resolve(file));
        Json.write(folder.resolve(file), config);
    }

    /** Writes a file of weights again, with a value in place of all those of some tensors. */
    private void fill(String name, Predicate<String> tensors, float value) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(name))) {
            for (String tensor : file.names()) {
                float[] values = file.floats(tensor);
                if (tensors.test(tensor)) {
                    Arrays.fill(values, value);
                }
                writer.add(tensor, file.shape(tensor), values);
            }
        }
        writer.write(folder.resolve(name));
    }

    private void only(String name, String tensor) throws IOException {
        new SafetensorsWriter().add(tensor, new int[] {1}, new float[1]).write(folder.resolve(name));
    }

    @Test
    void weightsThatAreNotFinite() throws IOException {
        spoilWeights();
        assertRefused(this::load, ENCODER, "tensor ", " is NaN at index 0", "use another checkpoint");
    }

    /** What a configuration says, and the weights of its component or another component do not. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "unet/config.json | down_block_types    | [\"KDownBlock2D\", \"DownBlock2D\"] | without KDownBlock2D: supported are",
        "unet/config.json | mid_block_type      | \"MidBlock\"   | mid_block_type is \"MidBlock\", must be one of UNetMidBlock2D",
        "unet/config.json | cross_attention_dim | 48             | states of 24 values (hidden_size), the network in",
        "unet/config.json | block_out_channels  | [16, 65536]    | unet/config.json: tensor down_blocks.1.resnets.0.conv2.weight,",
        "unet/config.json | in_channels         | 9              | latent_channels is 4, must be the in_channels of the network",
        "unet/config.json | in_channels         | 9              | by a mask or from a smaller one, is not supported",
        "unet/config.json | out_channels        | 8              | tensor conv_out.weight has shape [4, 16, 3, 3], must be [8, 16",
        "unet/config.json | sample_size         | null           | sample_size is null, must be the size of the latents",
        "unet/config.json | num_class_embeds    | 3              | class_embed_type or num_class_embeds is given, must be null",
        "unet/config.json | addition_embed_type | \"text_time\"  | addition_time_embed_dim is null, must be a number",
        "unet/config.json | _class_name         | \"FlaxUNet2DConditionModel\" | convert it once with Python",
        "vae/config.json  | layers_per_block    | 2              | has no tensor decoder.up_blocks.0.resnets.2",
        "vae/config.json  | latent_channels     | 8              | latent_channels is 8, must be the in_channels of the network",
        "vae/config.json  | up_block_types      | [\"UpDecoderBlock2D\", \"UpBlock2D\"] | up_block_types has UpBlock2D",
        "text_encoder/config.json | hidden_size | 48             | has shape [685, 24], must be [685, 48]",
        "text_encoder/config.json | vocab_size  | 600            | below 600, the tokens that the text encoder embeds",
        "text_encoder/config.json | hidden_act  | \"gelu_new\"   | hidden_act is \"gelu_new\", must be one of quick_gelu, gelu",
        "scheduler/scheduler_config.json | _class_name | \"FlowMatchEulerDiscreteScheduler\" | FlowMatchEulerDiscreteScheduler",
        "model_index.json | _class_name         | \"FluxPipeline\" | _class_name is \"FluxPipeline\", must be one of DDPMPipeline",
        "model_index.json | vae                 | [null, null]   | names no vae, which a StableDiffusionPipeline must have",
        "model_index.json | vae                 | [\"diffusers\", \"AutoencoderTiny\"] | must be AutoencoderKL",
        "model_index.json | feature_extractor   | [\"transformers\", \"CLIPImageProcessor\"] | no folder feature_extractor",
    })
    void whatDoesNotFitIsFoundBeforeWeightsAreRead(String file, String key, String value, String words) throws IOException {
        spoilWeights();
        set(file, key, value);
        assertRefused(this::load, folder, words);
    }

    @Test
    void vectorThatNoEncoderMakes() throws IOException {
        spoilWeights();
        set("unet/config.json", "addition_time_embed_dim", "8");
        set("unet/config.json", "projection_class_embeddings_input_dim", "64");
        set("unet/config.json", "addition_embed_type", "\"text_time\"");
        assertRefused(this::load, folder, "a vector of 0 values (projection_dim)", "reads 16", "use the components of one model");
    }

    @Test
    void promptsOfAnotherLength() throws IOException {
        spoilWeights();
        Files.writeString(folder.resolve("tokenizer/tokenizer_config.json"), "{\"model_max_length\": 12}");
        assertRefused(this::load, folder.resolve("tokenizer"), "have 12 tokens (model_max_length)",
                folder.resolve("text_encoder/config.json") + " has 77", "use the tokenizer of the same model");
    }

    @Test
    void tokenizerWithoutMerges() throws IOException {
        spoilWeights();
        Files.delete(folder.resolve("tokenizer/merges.txt"));
        assertRefused(this::load, folder.resolve("tokenizer") + " has no merges.txt", "copy the whole folder");
    }

    @ParameterizedTest
    @CsvSource({NETWORK, ENCODER, DECODER})
    void weightsThatAreCutOff(String name) throws IOException {
        spoilWeights();
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
            file.setLength(file.length() - 4);
        }
        assertRefused(this::load, folder.resolve(name) + " is not a complete safetensors file", "copy or export it again");
    }

    @ParameterizedTest
    @CsvSource({NETWORK, ENCODER, DECODER})
    void weightsThatAreNotThere(String name) throws IOException {
        spoilWeights();
        Files.delete(folder.resolve(name));
        assertRefused(this::load, folder.resolve(name).getParent(), "no weights", Path.of(name).getFileName());
    }

    @ParameterizedTest
    @CsvSource({NETWORK, ENCODER, DECODER})
    void otherFilesInPlaceOfWeights(String name) throws IOException {
        spoilWeights();
        only(name, "model.diffusion_model.input_blocks.0.0.weight");
        assertRefused(this::load, folder.resolve(name), "is a single-file checkpoint", "from_single_file(");
        only(name, "lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight");
        assertRefused(this::load, folder.resolve(name), "is a LoRA", "fuse_lora()");
        Path other = folder.resolve(name).resolveSibling("pytorch_lora_weights.safetensors");
        Files.move(folder.resolve(name), other);
        assertRefused(this::load, other, "is a LoRA", "fuse_lora()");
        Files.move(other, other.resolveSibling("v1-5-pruned.ckpt"));
        assertRefused(this::load, other.resolveSibling("v1-5-pruned.ckpt"), "is a pickle", "convert it once", "save_file(");
    }

    /** Nothing above 65504 fits half precision. */
    @ParameterizedTest
    @CsvSource({NETWORK, ENCODER, DECODER})
    void overflowOfHalfPrecision(String name) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        String last = "";
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(name))) {
            for (String tensor : file.names()) {
                last = tensor.startsWith("quant_conv") ? last : tensor; // the encoder's, which is not read
            }
            for (String tensor : file.names()) {
                byte upper = (byte) (tensor.equals(last) ? 0x7c : 0); // ∞
                writer.addBytes(tensor, DType.F16, file.shape(tensor), (first, into) -> {
                    for (int i = 0; into.hasRemaining(); i++) {
                        into.put(i % 2 == 1 ? upper : 0);
                    }
                });
            }
        }
        writer.write(folder.resolve(name));
        assertRefused(
                this::load, folder.resolve(name), "tensor " + last + " is Infinity at index 0", "export the model as float32");
    }

    @Test
    void latentsThatOverflowAreNamedWithTheStep() throws IOException {
        fill(NETWORK, "conv_out.bias"::equals, 3e38f);
        try (Teacher teacher = load()) {
            assertMessage(assertThrows(NotFiniteException.class, () -> teacher.images(DrawRequest.ofPrompts("a").withSteps(3))),
                    "sample 0 has the value", "after step 1 of 3", "draw with less guidance", "scheduler_config.json");
            float[] noise = new float[teacher.shape().size()];
            noise[5] = Float.NaN;
            assertThrows(NotFiniteException.class,
                    () -> teacher.latents(DrawRequest.ofPrompts("a").withSteps(3).withNoise(noise), null));
        }
    }

    @Test
    void picturesThatOverflowAreNamedWithTheDecoder() throws IOException {
        fill(DECODER, "decoder.conv_norm_out.weight"::equals, 3e38f);
        try (Teacher teacher = load()) {
            assertMessage(assertThrows(NotFiniteException.class, () -> teacher.images(DrawRequest.ofPrompts("a").withSteps(1))),
                    "the picture of sample 0 has the value", "after the decoder", "less guidance");
        }
    }

    @Test
    void promptsThatAreTooLongAreCutAndThatIsSaidOnce() {
        String prompt = "sea ".repeat(80);
        PrintStream terminal = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (Teacher teacher = load(); PrintStream captured = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            System.setErr(captured);
            teacher.images(DrawRequest.ofPrompts("short").withSteps(1).withNegative("too"));
            assertEquals("", said.toString(StandardCharsets.UTF_8));
            teacher.images(DrawRequest.ofPrompts(prompt, "and " + prompt).withSteps(1).withNegative(prompt));
            teacher.images(DrawRequest.ofPrompts(prompt).withSteps(1));
        } finally {
            System.setErr(terminal);
        }
        String text = said.toString(StandardCharsets.UTF_8);
        assertEquals(2, text.split("longer than the 77 tokens", -1).length, text);
        assertEquals(2, text.split(folder.toString(), -1).length, text);
    }

    @Test
    void labelsForATeacherOfPromptsAndTheReverse() throws IOException {
        try (Teacher teacher = load()) {
            assertMessage(assertThrows(IllegalArgumentException.class, () -> teacher.images(DrawRequest.ofLabels(3, 7))),
                    "labels is [3, 7], must be left out", "draws from prompts");
            assertMessage(assertThrows(IllegalArgumentException.class, () -> teacher.images(DrawRequest.ofCount(1))),
                    "prompts is missing, must be given: this teacher draws from prompts");
        }
        TinyTeacher.write(folder.resolve("classes"), "v_prediction");
        try (Teacher teacher = Teacher.load(folder.resolve("classes"), Devices.named("reference"))) {
            assertMessage(assertThrows(IllegalArgumentException.class, () -> teacher.images(DrawRequest.ofPrompts("a cat"))),
                    "prompts is [a cat], must be left out", "draws no prompts but classes, by labels");
        }
    }
}
