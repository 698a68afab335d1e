package io.bootdistill.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.Fixtures;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.Json;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("fast")
class UNetConfigReaderTest {

    /** Two levels of 8 and 12 channels, attention at the deeper one. */
    private static final String SMALL = """
            {"_class_name": "UNet2DModel", "sample_size": 8, "in_channels": 1, "out_channels": 1,
             "block_out_channels": [8, 12], "layers_per_block": 1, "norm_num_groups": 4, "attention_head_dim": 4,
             "down_block_types": ["DownBlock2D", "AttnDownBlock2D"], "up_block_types": ["AttnUpBlock2D", "UpBlock2D"]}
            """;

    private static JsonObject small() {
        return JsonParser.parseString(SMALL).getAsJsonObject();
    }

    private static JsonObject small(String key, String value) {
        JsonObject json = small();
        json.add(key, JsonParser.parseString(value));
        return json;
    }

    private static UNetConfig read(JsonObject json) {
        return UNetConfig.parse(json.toString(), "the file");
    }

    private static void assertRefused(JsonObject json, String... words) {
        ModelFormatException refused = assertThrows(ModelFormatException.class, () -> read(json));
        assertTrue(refused.getMessage().startsWith("the file: "), refused.getMessage());
        for (String word : words) {
            assertTrue(refused.getMessage().contains(word), "\"" + refused.getMessage() + "\" should hold " + word);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "_class_name                | \"UNet2DConditionModel\"",
        "mid_block_type             | \"UNetMidBlock2DCrossAttn\"",
        "act_fn                     | \"gelu\"",
        "time_embedding_type        | \"learned\"",
        "class_embed_type           | \"projection\"",
        "downsample_type            | \"pool\"",
        "upsample_type              | \"nearest\"",
        "resnet_time_scale_shift    | \"ada_group\"",
        "sample_size                | 0",
        "sample_size                | -8",
        "sample_size                | [8, 8, 8]",
        "sample_size                | []",
        "sample_size                | null",
        "sample_size                | \"8\"",
        "sample_size                | 7",
        "in_channels                | -1",
        "in_channels                | 1.5",
        "out_channels               | true",
        "block_out_channels         | []",
        "block_out_channels         | [8, -12]",
        "block_out_channels         | \"8, 12\"",
        "layers_per_block           | -1",
        "layers_per_block           | [1, 1]",
        "norm_num_groups            | 5",
        "norm_num_groups            | 0",
        "norm_eps                   | -1e-5",
        "norm_eps                   | \"small\"",
        "norm_eps                   | 1e-80",
        "attn_norm_num_groups       | 5",
        "attn_norm_num_groups       | 0",
        "attention_head_dim         | -4",
        "attention_head_dim         | 13",
        "mid_block_scale_factor     | 0",
        "downsample_padding         | 2",
        "freq_shift                 | -1",
        "flip_sin_to_cos            | 1",
        "center_input_sample        | \"yes\"",
        "add_attention              | 0",
        "dropout                    | -0.1",
        "dropout                    | 1.1",
        "dropout                    | \"none\"",
        "num_class_embeds           | 0",
        "num_class_embeds           | -3",
        "time_embedding_dim         | 0",
        "down_block_types           | \"DownBlock2D\"",
    })
    void badValuesAreRefusedByName(String key, String value) {
        assertRefused(small(key, value), key);
    }

    @Test
    void unknownBlocksAreRefusedByName() {
        assertRefused(small("down_block_types", "[\"DownBlock2D\", \"SkipDownBlock2D\"]"), "down_block_types", "SkipDownBlock2D");
        assertRefused(small("up_block_types", "[\"AttnDownBlock2D\", \"UpBlock2D\"]"), "up_block_types", "AttnDownBlock2D");
        assertRefused(small("up_block_types", "[3, \"UpBlock2D\"]"), "up_block_types", "3");
    }

    @Test
    void countsOfBlocksMustAgree() {
        assertRefused(small("down_block_types", "[\"DownBlock2D\"]"), "down_block_types has 1", "block_out_channels, 2");
        assertRefused(small("up_block_types", "[]"), "up_block_types 0", "block_out_channels, 2");
        assertRefused(small("block_out_channels", "[8, 12, 16]"), "block_out_channels, 3");
    }

    @Test
    void sizesMustBeHalved() {
        JsonObject wide = small("sample_size", "[8, 6]");
        assertEquals(6, read(wide).width());
        assertRefused(small("sample_size", "[8, 5]"), "sample_size is 8×5", "a multiple of 2");
        assertThrows(IllegalArgumentException.class, () -> read(small()).resized(8, 5));
        assertEquals(16, read(small()).resized(12, 16).width());
    }

    @Test
    void headsFitWhereThereIsAttention() {
        assertEquals(12, read(small("attention_head_dim", "12")).attentionHeadDim(), "the level of 8 has no attention");
        assertRefused(small("attention_head_dim", "13"), "attention_head_dim is 13", "at most 12");

        JsonObject up = small("attention_head_dim", "12"); // the last block up is at the first level
        up.add("up_block_types", JsonParser.parseString("[\"UpBlock2D\", \"AttnUpBlock2D\"]"));
        assertRefused(up, "attention_head_dim is 12", "at most 8");
        JsonObject down = small("attention_head_dim", "12");
        down.add("down_block_types", JsonParser.parseString("[\"AttnDownBlock2D\", \"DownBlock2D\"]"));
        assertRefused(down, "attention_head_dim is 12", "at most 8");

        JsonObject middle = small("attention_head_dim", "64");
        middle.add("down_block_types", JsonParser.parseString("[\"DownBlock2D\", \"DownBlock2D\"]"));
        middle.add("up_block_types", JsonParser.parseString("[\"UpBlock2D\", \"UpBlock2D\"]"));
        assertRefused(middle, "attention_head_dim is 64", "at most 12");
        middle.addProperty("add_attention", false);
        assertEquals(64, read(middle).attentionHeadDim());
    }

    @Test
    void defaults() {
        UNetConfig expected = new UNetConfig(new UNetValues(
                32, 32, 3, 3, false, TimeEmbeddingType.POSITIONAL, 4 * 224, 0, true,
                List.of(BlockType.PLAIN, BlockType.ATTENTION, BlockType.ATTENTION, BlockType.ATTENTION),
                List.of(BlockType.ATTENTION, BlockType.ATTENTION, BlockType.ATTENTION, BlockType.PLAIN),
                List.of(224, 448, 672, 896), 2, 1, 1, false, false, 8, 32, 0, 1e-5f, 0, false, true, ClassEmbedType.NONE, 0, true));
        assertEquals(expected, read(JsonParser.parseString("{\"sample_size\": 32}").getAsJsonObject()));
    }

    @Test
    void nullHeadIsOneHead() {
        assertEquals(0, read(small("attention_head_dim", "null")).attentionHeadDim());
        JsonObject absent = small();
        absent.remove("attention_head_dim");
        assertEquals(8, read(absent).attentionHeadDim());
    }

    @Test
    void dropoutIsKept() {
        UNetConfig config = read(small("dropout", "0.1"));
        assertEquals(0.1, config.dropout());
        assertEquals(config, UNetConfig.parse(config.toJson(), "written"));
    }

    @Test
    void inputAndOutputMayDiffer() {
        UNet network = new UNet(read(small("out_channels", "2")));
        assertEquals(1, network.input().channels());
        assertEquals(2, network.outputChannels());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "class-conditional", "ddpm-cifar10-layout", "fourier-class-timestep", "no-attention-centered",
        "scale-shift-resnet-sampling"
    })
    void writtenAsItWasRead(String name) {
        JsonObject json = Json.read(Fixtures.file("unet/" + name + "/config.json"));
        UNetConfig config = read(json);
        JsonObject written = Json.parse(config.toJson(), "written");
        assertEquals(config, UNetConfig.parse(config.toJson(), "written"));
        for (String key : written.keySet()) {
            assertTrue(json.has(key), key + " is not a key of the format");
        }
        assertEquals(Set.of(), UNetConfig.unknownKeys(json.toString(), name));
    }

    @Test
    void unknownKeysAreNamed() {
        JsonObject json = small("num_train_timesteps", "1000"); // known, though without meaning here
        json.addProperty("resnet_skip_time_act", true);
        json.addProperty("_diffusers_version", "0.30.0");
        json.addProperty("encoder_hid_dim", 3);
        assertEquals(List.of("encoder_hid_dim", "resnet_skip_time_act"), List.copyOf(UNetConfig.unknownKeys(json.toString(),
                "the file")));
    }

    @Test
    void imagesAreCountedWithoutOverflow() {
        assertEquals(Integer.MAX_VALUE, new ImageShape(1, 1, Integer.MAX_VALUE).size());
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> new ImageShape(8, 1 << 14, 1 << 14));
        assertTrue(refused.getMessage().contains("8×16384×16384"), refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new ImageShape(1, 1 << 16, 1 << 16));
        assertThrows(IllegalArgumentException.class, () -> new ImageShape(0, 1, 1));
    }
}
