package io.bootdistill.network.autoencoder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.Fixtures;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.Json;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Configurations of autoencoders: what is read, what is refused, and the networks that come of them. */
@Tag("fast")
class AutoencoderConfigTest {

    /** That of Stable Diffusion 1 and 2 and, but for the scale, of SDXL. */
    private static final String STABLE_DIFFUSION = """
            {"_class_name": "AutoencoderKL", "act_fn": "silu", "block_out_channels": [128, 256, 512, 512],
             "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D"],
             "in_channels": 3, "latent_channels": 4, "layers_per_block": 2, "norm_num_groups": 32, "out_channels": 3,
             "sample_size": 512,
             "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"]}
            """;

    private static JsonObject fixture(String name) {
        return Json.read(Fixtures.file("text-to-image/" + name + "/config.json"));
    }

    private static JsonObject with(JsonObject json, String key, String value) {
        json.add(key, JsonParser.parseString(value));
        return json;
    }

    private static AutoencoderConfig read(JsonObject json) {
        return AutoencoderConfig.parse(json.toString(), "the file");
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
        "_class_name         | \"AutoencoderTiny\"",
        "_class_name         | null",
        "act_fn              | \"gelu\"",
        "down_block_types    | [\"DownEncoderBlock2D\", \"AttnDownEncoderBlock2D\"]",
        "down_block_types    | [\"DownEncoderBlock2D\"]",
        "up_block_types      | [\"AttnUpDecoderBlock2D\", \"UpDecoderBlock2D\"]",
        "up_block_types      | \"UpDecoderBlock2D\"",
        "block_out_channels  | []",
        "block_out_channels  | [8, 18]",
        "block_out_channels  | [8, -16]",
        "in_channels         | 0",
        "out_channels        | 1.5",
        "latent_channels     | 0",
        "layers_per_block    | -1",
        "norm_num_groups     | 0",
        "norm_num_groups     | \"all\"",
        "scaling_factor      | 0",
        "scaling_factor      | \"none\"",
        "shift_factor        | true",
        "latents_mean        | 1",
        "latents_mean        | [0, 0, 0, 0]",
        "use_quant_conv      | 1",
        "use_post_quant_conv | \"no\"",
        "mid_block_add_attention | 0"
    })
    void badValuesAreRefusedByName(String key, String value) {
        assertRefused(with(fixture("autoencoder-kl"), key, value), key);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "norm_type            | \"spatial\"",
        "lookup_from_codebook | true",
        "num_vq_embeddings    | 0",
        "vq_embed_dim         | -3",
        "scaling_factor       | -1"
    })
    void badCodesAreRefusedByName(String key, String value) {
        assertRefused(with(fixture("vq-model"), key, value), key);
    }

    @Test
    void meansBelongToChannels() {
        JsonObject json = with(fixture("autoencoder-kl"), "latents_mean", "[1, 2, 3]");
        assertRefused(with(json, "latents_std", "[1, 2, 3]"), "latents_mean has 3", "latent_channels, 4");
        assertRefused(with(json, "latents_std", "[1, 2, 0]"), "latents_std is 0");
        assertRefused(with(json, "latents_std", "[1, 2]"), "latents_std 2");
        assertRefused(with(with(json, "latents_std", "[1, 2, 3]"), "shift_factor", "0.1"), "shift_factor is 0.1");
    }

    @Test
    void defaults() {
        assertEquals(
                new AutoencoderConfig(3, 3, 4, List.of(64), 1, 32, true, true, true, new LatentScale(0.18215, 0), null),
                AutoencoderConfig.parse("{\"_class_name\": \"AutoencoderKL\"}", "the file"));
        assertEquals(
                new AutoencoderConfig(
                        3, 3, 3, List.of(64), 1, 32, true, true, true, new LatentScale(1, 0), new Codebook(256, 3)),
                AutoencoderConfig.parse("{\"_class_name\": \"VQModel\"}", "the file"));
    }

    @Test
    void valuesAreRead() {
        AutoencoderConfig kl = read(with(with(fixture("autoencoder-kl"), "shift_factor", "0.0609"), "scaling_factor", "1.5305"));
        assertEquals(new AutoencoderConfig(
                3, 3, 4, List.of(8, 16), 1, 4, true, true, true, new LatentScale(1.5305, 0.0609), null), kl);
        assertEquals(2, kl.reduction());
        AutoencoderConfig vq = read(with(fixture("vq-model"), "vq_embed_dim", "5"));
        assertEquals(new Codebook(32, 5), vq.codebook());
        assertEquals(5, vq.diffusedChannels());
        assertEquals(0.18215, vq.scale().factor(), "a file that has the key means it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"autoencoder-kl", "vq-model"})
    void knownKeysAreKnown(String name) {
        JsonObject json = with(fixture(name), "use_tiling", "true");
        assertEquals(Set.of("use_tiling"), AutoencoderConfig.unknownKeys(json.toString(), name));
    }

    /** The numbers of the published files. */
    @Test
    void parametersOfTrueConfigurations() {
        AutoencoderConfig config = AutoencoderConfig.parse(STABLE_DIFFUSION, "the file");
        assertEquals(83_653_863, count(config));
        assertEquals(new ImageShape(3, 512, 768), new LatentDecoder(config, 64, 96).output());
        String vqF4 = STABLE_DIFFUSION.replace("AutoencoderKL", "VQModel").replace(", 512, 512]", ", 512]")
                .replace("\"latent_channels\": 4", "\"latent_channels\": 3, \"num_vq_embeddings\": 8192")
                .replace("\"DownEncoderBlock2D\", \"DownEncoderBlock2D\", ", "\"DownEncoderBlock2D\", ")
                .replace("\"UpDecoderBlock2D\", \"UpDecoderBlock2D\", ", "\"UpDecoderBlock2D\", ");
        AutoencoderConfig vq = AutoencoderConfig.parse(vqF4, "the file");
        assertEquals(55_300_000, count(vq) + 3 * 8192, 50_000);
        assertEquals(8192 * 3, Graph.of(new LatentDecoder(vq, 64, 64)).layout().constants().get(0).size());
    }

    private static long count(AutoencoderConfig config) {
        return Graph.of(new LatentDecoder(config, 64, 64)).layout().count()
                + Graph.of(new LatentEncoder(config, 64, 64)).layout().count();
    }

    @Test
    void layersThatAreAbsentHaveNoParameters() {
        JsonObject json = with(with(fixture("autoencoder-kl"), "use_quant_conv", "false"), "use_post_quant_conv", "false");
        AutoencoderConfig bare = read(with(json, "mid_block_add_attention", "false"));
        AutoencoderConfig whole = read(fixture("autoencoder-kl"));
        for (AutoencoderConfig config : List.of(bare, whole)) {
            var decoder = Graph.of(new LatentDecoder(config, 4, 4)).layout();
            var encoder = Graph.of(new LatentEncoder(config, 8, 8)).layout();
            for (Object found : new Object[] {
                decoder.find("post_quant_conv.weight"), decoder.find("decoder.mid_block.attentions.0.to_q.weight"),
                encoder.find("quant_conv.bias"), encoder.find("encoder.mid_block.attentions.0.group_norm.weight")
            }) {
                if (config == bare) {
                    assertNull(found);
                } else {
                    assertNotNull(found);
                }
            }
        }
    }

    @Test
    void sizesAreRefused() {
        AutoencoderConfig config = read(fixture("autoencoder-kl"));
        for (int size : new int[] {0, 7, 16386}) {
            assertTrue(assertThrows(IllegalArgumentException.class, () -> new LatentEncoder(config, 8, size)).getMessage()
                    .contains("width"));
        }
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new LatentDecoder(config, 8193, 8)).getMessage()
                .contains("height is 8193, must be 1 … 8192"));
    }
}
