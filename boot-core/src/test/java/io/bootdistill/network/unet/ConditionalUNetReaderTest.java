package io.bootdistill.network.unet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.device.Activation;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.network.unet.ConditionalUNetConfig.MiddleBlock;
import io.bootdistill.network.unet.UNetEmbedding.Addition;
import io.bootdistill.network.unet.UNetEmbedding.ClassCondition;
import io.bootdistill.network.unet.UNetLevel.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the reader makes of a configuration, and what it refuses, by name. */
@Tag("fast")
class ConditionalUNetReaderTest {

    /** Two levels, a transformer at the coarser one. */
    private static final String SMALL = """
            {"_class_name": "UNet2DConditionModel", "sample_size": 8, "block_out_channels": [8, 12], "norm_num_groups": 4,
             "layers_per_block": 1, "attention_head_dim": 2, "cross_attention_dim": 64,
             "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D"],
             "up_block_types": ["CrossAttnUpBlock2D", "UpBlock2D"]}
            """;

    private static JsonObject small(String... keysAndValues) {
        JsonObject json = JsonParser.parseString(SMALL).getAsJsonObject();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            json.add(keysAndValues[i], JsonParser.parseString(keysAndValues[i + 1]));
        }
        return json;
    }

    private static ConditionalUNetConfig read(JsonObject json) {
        return ConditionalUNetReader.parse(json.toString(), "the file");
    }

    private static void assertRefused(JsonObject json, String... words) {
        String message = assertThrows(ModelFormatException.class, () -> read(json)).getMessage();
        assertTrue(message.startsWith("the file: "), message);
        for (String word : words) {
            assertTrue(message.contains(word), "\"" + message + "\" should hold " + word);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "_class_name                   | \"FlaxUNet2DConditionModel\" | must be one of UNet2DConditionModel",
        "_class_name                   | \"UNet2DModel\"              | must be one of UNet2DConditionModel",
        "sample_size                   | [8, 8, 8]                    | a pair [height, width], or null",
        "sample_size                   | []                           | a pair [height, width], or null",
        "sample_size                   | 0                            | 1 … 16384",
        "in_channels                   | 0                            | 1 … 65536",
        "out_channels                  | 1.5                          | a whole number",
        "center_input_sample           | 1                            | true or false",
        "flip_sin_to_cos               | \"yes\"                      | true or false",
        "freq_shift                    | 2                            | 0 … 1",
        "down_block_types              | [\"DownBlock2D\", \"KDownBlock2D\"]     | without KDownBlock2D: supported are CrossAttnDownBlock2D",
        "down_block_types              | [\"AttnDownBlock2D\", \"DownBlock2D\"]  | without AttnDownBlock2D",
        "down_block_types              | [\"DownBlock2D\"]            | as many as block_out_channels, 2",
        "up_block_types                | [\"UpBlock2D\", \"CrossAttnDownBlock2D\"] | without CrossAttnDownBlock2D: supported are CrossAttnUpBlock2D",
        "up_block_types                | [\"SkipUpBlock2D\", \"UpBlock2D\"]      | without SkipUpBlock2D",
        "up_block_types                | []                           | as many as block_out_channels, 2",
        "mid_block_type                | \"UNetMidBlock2DWide\"       | UNetMidBlock2DSimpleCrossAttn",
        "only_cross_attention          | [true, false, true]          | as many as block_out_channels, 2",
        "only_cross_attention          | 0                            | true or false",
        "only_cross_attention          | {}                           | true, false or a list of them",
        "mid_block_only_cross_attention | [true]                      | true or false",
        "block_out_channels            | []                           | a list of at least one",
        "block_out_channels            | [8, 10]                      | a multiple of norm_num_groups, 4",
        "layers_per_block              | 0                            | 1 … 64",
        "layers_per_block              | [1, 2, 3]                    | as many as block_out_channels, 2",
        "downsample_padding            | 2                            | 0 … 1",
        "mid_block_scale_factor        | 0                            | a number above 0",
        "dropout                       | 1.5                          | in [0, 1]",
        "act_fn                        | \"mish\"                     | one of silu, swish, gelu",
        "norm_num_groups               | null                         | a number",
        "norm_num_groups               | 5                            | a multiple of norm_num_groups, 5",
        "norm_eps                      | -1                           | a number above 0",
        "cross_attention_dim           | [64, 32]                     | the same one for each level",
        "cross_attention_dim           | []                           | the same one for each level",
        "cross_attention_dim           | 0                            | 1 … 65536",
        "encoder_hid_dim               | 0                            | 1 … 65536",
        "encoder_hid_dim_type          | \"image_proj\"               | one of text_proj",
        "encoder_hid_dim_type          | \"text_image_proj\"          | one of text_proj",
        "encoder_hid_dim_type          | \"ip_image_proj\"            | one of text_proj",
        "attention_head_dim            | null                         | a number",
        "attention_head_dim            | [2, 5]                       | a divisor of 12, the channels of a block with attention",
        "attention_head_dim            | [2, 4, 8]                    | as many as block_out_channels, 2",
        "num_attention_heads           | 2                            | null: the format takes the heads from attention_head_dim",
        "use_linear_projection         | 1                            | true or false",
        "upcast_attention              | 1                            | true or false",
        "transformer_layers_per_block  | -1                           | 0 … 256",
        "transformer_layers_per_block  | [1, 2, 3]                    | as many as block_out_channels, 2",
        "transformer_layers_per_block  | [1, []]                      | without an empty list",
        "class_embed_type              | \"label\"                    | one of timestep, identity, projection, simple_projection",
        "num_class_embeds              | 0                            | 1 … 16777216",
        "addition_embed_type           | \"image\"                    | one of text, text_time",
        "addition_embed_type           | \"text_image\"               | one of text, text_time",
        "addition_embed_type           | \"image_hint\"               | one of text, text_time",
        "resnet_time_scale_shift       | \"spatial\"                  | one of default, scale_shift",
        "resnet_skip_time_act          | \"\"                         | true or false",
        "resnet_out_scale_factor       | 0                            | a number above 0",
        "time_embedding_type           | \"fourier\"                  | one of positional",
        "time_embedding_dim            | 0                            | 1 … 1048576",
        "time_embedding_act_fn         | \"mish\"                     | one of silu, swish, gelu",
        "timestep_post_act             | \"mish\"                     | one of silu, swish, gelu",
        "time_cond_proj_dim            | 7                            | an even number 4 … 65536, or null",
        "conv_in_kernel                | 5                            | 3 … 3",
        "conv_out_kernel               | 1                            | 3 … 3",
        "class_embeddings_concat       | true                         | false",
        "cross_attention_norm          | \"layer_norm\"               | one of group_norm",
        "dual_cross_attention          | true                         | false",
        "attention_type                | \"gated\"                    | one of default",
    })
    void refusedByName(String key, String value, String allowed) {
        String shown = key.equals("norm_num_groups") && value.equals("5") ? "block_out_channels has 8" : key;
        assertRefused(small(key, value), shown, allowed);
    }

    @Test
    void keysThatBelongTogetherAreRefusedApart() {
        assertRefused(small("encoder_hid_dim_type", "\"text_proj\""), "encoder_hid_dim is absent");
        for (String type : List.of("projection", "simple_projection")) {
            assertRefused(small("class_embed_type", "\"" + type + "\""), "projection_class_embeddings_input_dim is absent");
        }
        assertRefused(small("addition_embed_type", "\"text_time\""), "addition_time_embed_dim is absent");
        assertRefused(small("addition_embed_type", "\"text_time\"", "addition_time_embed_dim", "8"),
                "projection_class_embeddings_input_dim is absent");
        assertRefused(small("addition_embed_type", "\"text_time\"", "addition_time_embed_dim", "8",
                "projection_class_embeddings_input_dim", "48"), "addition_time_embed_dim is 8", "leave something of");
        assertRefused(small("addition_embed_type", "\"text\"", "addition_embed_type_num_heads", "3"),
                "addition_embed_type_num_heads is 3", "a divisor of the channels of a token, 64");
        assertRefused(small("cross_attention_norm", "\"group_norm\"", "cross_attention_dim", "48"),
                "cross_attention_dim is 48", "a multiple of 32");
        assertRefused(small("mid_block_type", "\"UNetMidBlock2DSimpleCrossAttn\"", "attention_head_dim", "5",
                "down_block_types", "[\"DownBlock2D\", \"DownBlock2D\"]", "up_block_types", "[\"UpBlock2D\", \"UpBlock2D\"]"),
                "attention_head_dim is 5", "a divisor of 12");
        assertRefused(small("transformer_layers_per_block", "[1, [2, 2]]", "layers_per_block", "2"),
                "reverse_transformer_layers_per_block is absent", "given where transformer_layers_per_block has lists");
        assertRefused(small("transformer_layers_per_block", "[1, [1, 2]]", "reverse_transformer_layers_per_block", "[[2, 1], 1]"),
                "transformer_layers_per_block has 2 entries for a level", "as many as layers_per_block, 1");
        assertRefused(small("reverse_transformer_layers_per_block", "[[2, 1, 1], 1]"),
                "reverse_transformer_layers_per_block has 3 entries for a level", "as many as layers_per_block + 1, 2");
    }

    /** Of the format, since old files lack most keys. */
    @Test
    void absentKeysHaveTheirDefaults() {
        ConditionalUNetConfig config = ConditionalUNetReader.parse("{}", "the file");
        List<Integer> channels = List.of(320, 640, 1280, 1280);
        for (int i = 0; i < 4; i++) {
            boolean last = i == 3;
            assertEquals(new UNetLevel(
                    channels.get(i), 2, last ? Block.PLAIN : Block.CROSS_ATTENTION, last ? Block.PLAIN : Block.CROSS_ATTENTION,
                    8, last ? List.of() : List.of(1, 1), last ? List.of() : List.of(1, 1, 1), false), config.levels().get(i));
        }
        assertEquals(4, config.levels().size());
        assertEquals(new ConditionalUNetConfig.Sample(0, 0, 4, 4, false), config.sample());
        assertEquals(new ConditionalUNetConfig.Middle(MiddleBlock.CROSS_ATTENTION, 1, 1, false), config.middle());
        assertEquals(new ConditionalUNetConfig.Residual(Activation.SILU, 32, 1e-5f, false, false, 1, 1), config.residual());
        assertEquals(new ConditionalUNetConfig.Attention(false, false), config.attention());
        assertEquals(new ConditionalUNetConfig.Text(1280, 1280, false), config.text());
        assertEquals(new UNetEmbedding(
                new UNetEmbedding.Time(1280, 0, true, Activation.NONE, Activation.NONE, 0), new ClassCondition.None(),
                new Addition.None()), config.embedding());
    }

    @Test
    void whatIsGivenIsRead() {
        assertEquals(MiddleBlock.NONE, read(small("mid_block_type", "null")).middle().block());
        assertEquals(MiddleBlock.RESIDUAL, read(small("mid_block_type", "\"UNetMidBlock2D\"")).middle().block());
        assertEquals(Block.CROSS_ATTENTION, read(small("down_block_types",
                "[\"UNetResDownBlock2D\", \"UNetResCrossAttnDownBlock2D\"]")).levels().get(1).down());
        assertEquals(new ClassCondition.Labels(7), read(small("num_class_embeds", "7")).embedding().classes());
        assertEquals(new ClassCondition.Identity(), read(small("class_embed_type", "\"identity\"")).embedding().classes());
        assertEquals(new ClassCondition.SimpleProjection(9), read(small("class_embed_type", "\"simple_projection\"",
                "projection_class_embeddings_input_dim", "9")).embedding().classes());
        UNetEmbedding.Time time = read(small("time_embedding_dim", "24", "timestep_post_act", "\"silu\"",
                "time_embedding_act_fn", "\"gelu\"", "flip_sin_to_cos", "false", "freq_shift", "1")).embedding().time();
        assertEquals(new UNetEmbedding.Time(24, 1, false, Activation.SILU, Activation.GELU, 0), time);
        assertEquals(new ConditionalUNetConfig.Sample(8, 16, 3, 6, true), read(small("sample_size", "[8, 16]",
                "in_channels", "3", "out_channels", "6", "center_input_sample", "true")).sample());
        assertEquals(new ConditionalUNetConfig.Text(64, 64, false), read(small("cross_attention_dim", "[64, 64]")).text());
    }

    /** The middle has the flag of a network that has one, and none of a list. */
    @Test
    void middleTakesASingleFlag() {
        assertEquals(true, read(small("only_cross_attention", "true")).middle().onlyCrossAttention());
        assertEquals(false, read(small("only_cross_attention", "[true, true]")).middle().onlyCrossAttention());
        assertEquals(false, read(small("only_cross_attention", "true", "mid_block_only_cross_attention", "false"))
                .middle().onlyCrossAttention());
        assertEquals(true, read(small("mid_block_only_cross_attention", "true")).middle().onlyCrossAttention());
    }

    /** Depths for each attention: those on the way up have a list of their own, from the coarsest level on. */
    @Test
    void depthsMayDifferWithinALevel() {
        ConditionalUNetConfig config = ConditionalUNetReader.read(TrueConfigs.file("ssd-1b"));
        assertEquals(List.of(List.of(), List.of(2, 2), List.of(4, 4)), config.levels().stream().map(UNetLevel::downDepths).toList());
        assertEquals(List.of(List.of(), List.of(2, 1, 1), List.of(4, 4, 10)),
                config.levels().stream().map(UNetLevel::upDepths).toList());
        ConditionalUNetConfig whole = ConditionalUNetReader.read(TrueConfigs.file("sdxl-base"));
        assertEquals(List.of(List.of(), List.of(2, 2, 2), List.of(10, 10, 10)),
                whole.levels().stream().map(UNetLevel::upDepths).toList());
        assertEquals(10, whole.middle().depth());
    }

    @ParameterizedTest
    @MethodSource("io.bootdistill.network.unet.UNetCase#names")
    void allKeysOfTheFormatAreKnown(String name) throws IOException {
        String json = Files.readString(UNetCase.file(name, "config.json"));
        assertEquals(Set.of(), ConditionalUNetReader.unknownKeys(json, name));
    }

    @Test
    void unknownKeysAreNamed() {
        String json = small("time_embedding_size", "3", "_name_or_path", "\"x\"").toString();
        assertEquals(Set.of("time_embedding_size"), ConditionalUNetReader.unknownKeys(json, "the file"));
    }
}
