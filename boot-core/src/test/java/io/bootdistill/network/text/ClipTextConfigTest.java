package io.bootdistill.network.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.Fixtures;
import io.bootdistill.device.Activation;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.Json;
import io.bootdistill.network.Graph;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configurations of text encoders: what is read, what is refused, and what follows from it. */
@Tag("fast")
class ClipTextConfigTest {

    private static JsonObject fixture(String name) {
        return Json.read(Fixtures.file("text-to-image/" + name + "/config.json"));
    }

    private static ClipTextConfig read(JsonObject json) {
        return ClipTextConfig.parse(json.toString(), "the file");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "model_type              | \"clip\"",
        "architectures           | [\"CLIPModel\"]",
        "hidden_act              | \"gelu_new\"",
        "use_attention_mask      | true",
        "vocab_size              | 0",
        "vocab_size              | 16777217",
        "max_position_embeddings | 0",
        "hidden_size             | 25",
        "hidden_size             | \"768\"",
        "intermediate_size       | -1",
        "num_hidden_layers       | 0",
        "num_attention_heads     | 5",
        "layer_norm_eps          | 0",
        "projection_dim          | 0",
        "eos_token_id            | 1.5"
    })
    void badValuesAreRefusedByName(String key, String value) {
        JsonObject json = fixture("clip-gelu");
        json.add(key, JsonParser.parseString(value));
        ModelFormatException refused = assertThrows(ModelFormatException.class, () -> read(json));
        assertTrue(refused.getMessage().startsWith("the file: "), refused.getMessage());
        assertTrue(refused.getMessage().contains(key), refused.getMessage());
    }

    @Test
    void valuesAreRead() {
        assertEquals(
                new ClipTextConfig(64, 11, 24, 48, 3, 3, Activation.QUICK_GELU, 1e-5f, 0, 2), read(fixture("clip-quick-gelu")));
        assertEquals(new ClipTextConfig(64, 11, 24, 48, 3, 3, Activation.GELU, 1e-5f, 12, 63), read(fixture("clip-gelu")));
        assertEquals(
                new ClipTextConfig(49408, 77, 512, 2048, 12, 8, Activation.QUICK_GELU, 1e-5f, 0, 49407), read(new JsonObject()));
    }

    /** The numbers of the published files. */
    @ParameterizedTest
    @CsvSource({
        "768, 3072, 12, 12, QUICK_GELU, 0, 123060480", // SD 1; the first of SDXL
        "1024, 4096, 16, 23, GELU, 0, 340387840", // SD 2
        "1280, 5120, 20, 32, GELU, 1280, 694659840" // the second of SDXL
    })
    void parametersOfTrueConfigurations(
            int hidden, int intermediate, int heads, int layers, Activation activation, int projection, long count) {
        ClipTextConfig config =
                new ClipTextConfig(49408, 77, hidden, intermediate, layers, heads, activation, 1e-5f, projection, 2);
        assertEquals(count, Graph.of(new ClipText(config, 0, true, projection > 0)).layout().count());
    }

    @Test
    void layersThatAreNotReadHaveNoParameters() {
        ClipTextConfig config = read(fixture("clip-gelu"));
        String last = "encoder.layers.2.mlp.fc1.weight";
        assertNotNull(Graph.of(new ClipText(config)).layout().find(last));
        assertNull(Graph.of(new ClipText(config, 1, false, false)).layout().find(last));
        assertNull(Graph.of(new ClipText(config, 1, false, false)).layout().find("final_layer_norm.weight"));
        assertNotNull(Graph.of(new ClipText(config, 1, false, true)).layout().find(last));
    }

    @Test
    void outputsAreRefused() {
        ClipTextConfig config = read(fixture("clip-gelu"));
        for (int skipped : new int[] {-1, 4}) {
            assertTrue(assertThrows(IllegalArgumentException.class, () -> new ClipText(config, skipped, false, false))
                    .getMessage().contains("skipped is " + skipped + ", must be 0 … 3"));
        }
        assertThrows(IllegalArgumentException.class, () -> new ClipText(config, 1, true, true));
    }

    @Test
    void parametersAreFoundWithAndWithoutPrefix() {
        String name = "encoder.layers.0.mlp.fc1.bias";
        Set<String> prefixed = Set.of("text_model." + name, "text_projection.weight", "text_model.embeddings.position_ids");
        assertEquals("text_model." + name, ClipText.tensor(name, prefixed));
        assertEquals("text_projection.weight", ClipText.tensor("text_projection.weight", prefixed));
        assertEquals(name, ClipText.tensor(name, Set.of(name)));
    }

    @ParameterizedTest
    @CsvSource({"2, '60 3 63 3 63', 2", "2, '5 1 1', 0", "63, '62 63 4 63', 1", "7, '62 63 4', 0", "7, '62 63 4 7', 3"})
    void pooledTokenEndsThePrompt(int end, String prompt, int expected) {
        JsonObject json = fixture("clip-gelu");
        json.addProperty("eos_token_id", end);
        int[] ids = Arrays.stream(prompt.split(" ")).mapToInt(Integer::parseInt).toArray();
        assertEquals(expected, read(json).pooledToken(ids));
    }
}
