package io.bootdistill.network.dit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.Fixtures;
import io.bootdistill.device.Activation;
import io.bootdistill.error.ModelFormatException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("fast")
class DitConfigReaderTest {

    /** Of the general class, whose defaults are those of another transformer: everything that a DiT needs is said. */
    private static final String GENERAL = """
            {"_class_name": "Transformer2DModel", "norm_type": "ada_norm_zero", "norm_elementwise_affine": false,
             "attention_bias": true, "activation_fn": "gelu", "num_embeds_ada_norm": 7, "sample_size": 12, "patch_size": 3,
             "in_channels": 2, "cross_attention_dim": null, "num_vector_embeds": null, "only_cross_attention": false,
             "use_linear_projection": false, "upcast_attention": false, "norm_num_groups": 32, "dropout": 0.0}
            """;

    private static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    private static JsonObject dit(String key, String value) {
        JsonObject json = json("{\"_class_name\": \"DiTTransformer2DModel\"}");
        json.add(key, JsonParser.parseString(value));
        return json;
    }

    private static DitConfig read(JsonObject json) {
        return DitConfigReader.parse(json.toString(), "the file");
    }

    private static void assertRefused(JsonObject json, String... words) {
        ModelFormatException refused = assertThrows(ModelFormatException.class, () -> read(json));
        assertTrue(refused.getMessage().startsWith("the file: "), refused.getMessage());
        for (String word : words) {
            assertTrue(refused.getMessage().contains(word), "\"" + refused.getMessage() + "\" should hold " + word);
        }
    }

    @Test
    void absentKeysAreReadByTheClass() {
        assertEquals(new DitConfig(32, 2, 4, 4, 28, 16, 72, Activation.GELU_TANH, 1000, 1e-5f),
                read(json("{\"_class_name\": \"DiTTransformer2DModel\"}")));
        assertEquals(new DitConfig(12, 3, 2, 2, 1, 16, 88, Activation.GELU, 7, 1e-5f), read(json(GENERAL)));
    }

    @Test
    void fileOfTheFormat() {
        DitConfig config = DitConfigReader.read(Fixtures.file("text-to-image/dit/config.json"));
        assertEquals(new DitConfig(8, 2, 4, 8, 2, 3, 8, Activation.GELU_TANH, 10, 1e-5f), config);
        assertEquals(24, config.channels());
        assertEquals(10, config.nullLabel());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "norm_type               | norm_type is absent, must be ada_norm_zero",
        "norm_elementwise_affine | norm_elementwise_affine is absent, must be false",
        "attention_bias          | attention_bias is absent, must be true",
        "activation_fn           | activation_fn is absent, must be one of gelu, gelu-approximate, geglu-approximate",
        "num_embeds_ada_norm     | num_embeds_ada_norm is absent, must be a whole number",
        "sample_size             | sample_size is absent, must be a whole number",
        "patch_size              | patch_size is absent, must be a whole number",
        "in_channels             | in_channels is absent, must be a whole number",
        "_class_name             | _class_name is absent, must be one of DiTTransformer2DModel, Transformer2DModel",
    })
    void whatTheGeneralClassHasNoDefaultForIsRefused(String key, String words) {
        JsonObject json = json(GENERAL);
        json.remove(key);
        assertRefused(json, words);
    }

    /** {@code geglu-approximate} is a GELU by a logistic function, without a gate; {@code geglu} has one. */
    @Test
    void activationsByName() {
        assertEquals(Activation.GELU, read(dit("activation_fn", "\"gelu\"")).activation());
        assertEquals(Activation.GELU_TANH, read(dit("activation_fn", "\"gelu-approximate\"")).activation());
        assertEquals(Activation.QUICK_GELU, read(dit("activation_fn", "\"geglu-approximate\"")).activation());
        for (String other : List.of("geglu", "swiglu", "linear-silu", "GELU")) {
            assertRefused(dit("activation_fn", '"' + other + '"'), "activation_fn is \"" + other + "\"");
        }
    }

    @Test
    void otherTransformersAreRefusedByName() {
        assertRefused(dit("norm_type", "\"ada_norm_single\""), "norm_type is \"ada_norm_single\"", "PixArt");
        assertRefused(dit("norm_type", "\"layer_norm\""), "norm_type is \"layer_norm\", must be ada_norm_zero");
        assertRefused(dit("_class_name", "\"SD3Transformer2DModel\""), "_class_name is \"SD3Transformer2DModel\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "attention_bias            | false",
        "attention_bias            | 1",
        "norm_type                 | \"rms\"",
        "norm_elementwise_affine   | true",
        "only_cross_attention      | true",
        "double_self_attention     | true",
        "use_additional_conditions | true",
        "cross_attention_dim       | 768",
        "num_vector_embeds         | 16",
        "caption_channels          | 4096",
        "attention_type            | \"gated\"",
        "interpolation_scale       | 2",
        "sample_size               | 33",
        "sample_size               | 0",
        "sample_size               | [32, 32]",
        "sample_size               | 16386",
        "patch_size                | 0",
        "patch_size                | \"2\"",
        "in_channels               | 1.5",
        "in_channels               | 0",
        "out_channels              | 1025",
        "num_layers                | 0",
        "num_layers                | 1025",
        "num_attention_heads       | 0",
        "num_attention_heads       | 200",
        "attention_head_dim        | -72",
        "num_embeds_ada_norm       | 0",
        "num_embeds_ada_norm       | 16777216",
        "num_embeds_ada_norm       | 16777215",
        "sample_size               | 16384",
        "sample_size               | 514",
        "norm_eps                  | 0",
        "norm_eps                  | \"small\"",
    })
    void badValuesAreRefusedByName(String key, String value) {
        assertRefused(dit(key, value), key);
    }

    @Test
    void headsMustGiveSinesAndCosines() {
        JsonObject json = dit("attention_head_dim", "3");
        json.addProperty("num_attention_heads", 6);
        assertRefused(json, "num_attention_heads · attention_head_dim is 18, must be a multiple of 4");
        assertThrows(IllegalArgumentException.class,
                () -> new DitConfig(256, 256, 4, 4, 1, 1, 8192, Activation.GELU, 1, 1e-5f), "the patch layer is too large");
    }

    @Test
    void unknownKeysAreNamed() {
        JsonObject json = json(GENERAL);
        assertEquals(List.of(), List.copyOf(DitConfigReader.unknownKeys(json.toString(), "the file")));
        json.addProperty("qk_norm", "rms_norm");
        json.addProperty("_diffusers_version", "0.12.0");
        assertEquals(List.of("qk_norm"), List.copyOf(DitConfigReader.unknownKeys(json.toString(), "the file")));
    }
}
