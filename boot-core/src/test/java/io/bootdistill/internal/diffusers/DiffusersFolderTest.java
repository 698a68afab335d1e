package io.bootdistill.internal.diffusers;

import static io.bootdistill.format.RawFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.RawFiles;
import io.bootdistill.format.SafetensorsWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("fast")
class DiffusersFolderTest {

    private static final Path TEACHER = Path.of("..", "teachers", "fashion-mnist-16");

    @TempDir
    Path folder;

    private static SafetensorsWriter weights(String... names) {
        SafetensorsWriter writer = new SafetensorsWriter();
        for (int i = 0; i < names.length; i++) {
            writer.add(names[i], new int[] {1}, new float[] {i + 1});
        }
        return writer;
    }

    private Path flat(String json) throws IOException {
        Files.writeString(folder.resolve("config.json"), json);
        return folder;
    }

    @Test
    void bundledTeacher() {
        DiffusersFolder teacher = DiffusersFolder.open(TEACHER);
        assertEquals("UNet2DModel", teacher.networkConfig().get("_class_name").getAsString());
        assertEquals(1000, teacher.schedulerConfig().get("num_train_timesteps").getAsInt());
        assertEquals(OptionalInt.of(10), teacher.nullClass());
        try (ModelWeights weights = teacher.openWeights()) {
            weights.requireFinite();
            weights.requireShape("class_embedding.weight", 11, 128);
            assertEquals(weights.names(), weights.unreadNames());
            int total = 0;
            for (String name : weights.names()) {
                total += weights.floats(name).length;
            }
            assertEquals(1_114_209, total);
            assertEquals(Set.of(), weights.unreadNames());
        }
    }

    @Test
    void flatFolder() throws Exception {
        Path fixture = Path.of(getClass().getResource("/fixtures/unet/class-conditional/config.json").toURI()).getParent();
        DiffusersFolder opened = DiffusersFolder.open(fixture);
        assertEquals(fixture, opened.path());
        assertEquals(OptionalInt.empty(), opened.nullClass());
        assertRefused(opened::schedulerConfig, fixture, "scheduler_config.json", "add the file");
        try (ModelWeights weights = opened.openWeights()) {
            assertEquals(145, weights.names().size());
        }
        flat("{}");
        weights("a").write(folder.resolve("diffusion_pytorch_model.safetensors"));
        Files.writeString(folder.resolve("scheduler_config.json"), "{\"x\":1e-05}");
        assertEquals("1e-05", DiffusersFolder.open(folder).schedulerConfig().get("x").getAsString());
    }

    @Test
    void oldAttentionNames() throws IOException {
        String block = "mid_block.attentions.0.";
        float[] square = {1, 2, 3, 4};
        new SafetensorsWriter()
                .add(block + "query.weight", new int[] {2, 2}, square)
                .add(block + "key.weight", new int[] {2, 2, 1, 1}, square)
                .add(block + "value.weight", new int[] {2, 2, 1}, square)
                .add(block + "proj_attn.weight", new int[] {2, 2, 1, 1}, square)
                .add(block + "proj_attn.bias", new int[] {1}, new float[] {1})
                .add(block + "group_norm.weight", new int[] {2, 1, 1}, new float[2])
                .add("up_blocks.1.attentions.2.to_v.weight", new int[] {2, 2, 1, 1}, square)
                .add("up_blocks.1.attentions.3.to_k.weight", new int[] {1, 1, 1, 1}, new float[1])
                .add("up_blocks.1.query.weight", new int[] {1, 2, 1, 1}, new float[2])
                .write(flat("{}").resolve("diffusion_pytorch_model.safetensors"));
        try (ModelWeights weights = DiffusersFolder.open(folder).openWeights()) {
            assertEquals(List.of(block + "to_q.weight", block + "to_k.weight", block + "to_v.weight", block + "to_out.0.weight",
                    block + "to_out.0.bias", block + "group_norm.weight", "up_blocks.1.attentions.2.to_v.weight",
                    "up_blocks.1.attentions.3.to_k.weight", "up_blocks.1.query.weight"), List.copyOf(weights.names()));
            for (String name : List.of("to_q", "to_k", "to_v", "to_out.0")) {
                weights.requireShape(block + name + ".weight", 2, 2);
                assertArrayEquals(square, weights.floats(block + name + ".weight"));
            }
            weights.requireShape(block + "to_out.0.bias", 1);
            weights.requireShape(block + "group_norm.weight", 2, 1, 1);
            weights.requireShape("up_blocks.1.attentions.2.to_v.weight", 2, 2);
            weights.requireShape("up_blocks.1.attentions.3.to_k.weight", 1, 1);
            weights.requireShape("up_blocks.1.query.weight", 1, 2, 1, 1);
            assertEquals(Set.of(block + "to_out.0.bias", block + "group_norm.weight", "up_blocks.1.attentions.2.to_v.weight",
                    "up_blocks.1.attentions.3.to_k.weight", "up_blocks.1.query.weight"), weights.unreadNames());
            assertRefused(() -> weights.floats(block + "query.weight"), "no tensor", block + "to_q.weight");
        }
        weights(block + "to_q.bias", block + "query.bias").write(folder.resolve("diffusion_pytorch_model.safetensors"));
        assertRefused(() -> DiffusersFolder.open(folder).openWeights(), block + "query.bias", "old name", block + "to_q.bias");
    }

    @Test
    void halfPrecisionVariant() throws IOException {
        String half = "{" + RawFiles.entry("a", "F16", "[1]", 0, 2) + "}";
        Files.write(flat("{}").resolve("diffusion_pytorch_model.fp16.safetensors"),
                RawFiles.safetensors(half, new byte[] {0, 0x3c}));
        try (ModelWeights weights = DiffusersFolder.open(folder).openWeights()) {
            assertArrayEquals(new float[] {1}, weights.floats("a"));
        }
        weights("full").write(folder.resolve("diffusion_pytorch_model.safetensors"));
        try (ModelWeights weights = DiffusersFolder.open(folder).openWeights()) {
            assertEquals(Set.of("full"), weights.names(), "full precision is preferred");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"diffusion_pytorch_model.safetensors.index.json",
            "diffusion_pytorch_model.safetensors.index.fp16.json"})
    void shards(String indexName) throws IOException {
        Path index = flat("{}").resolve(indexName);
        weights("a", "mid_block.attentions.0.key.bias").write(folder.resolve("part-1.safetensors"));
        weights("b").write(folder.resolve("part-2.safetensors"));
        Files.writeString(index, "{\"metadata\":{\"total_size\":12},\"weight_map\":{\"b\":\"part-2.safetensors\","
                + "\"a\":\"part-1.safetensors\",\"mid_block.attentions.0.key.bias\":\"part-1.safetensors\"}}");
        try (ModelWeights weights = DiffusersFolder.open(folder).openWeights()) {
            assertEquals(Set.of("a", "b", "mid_block.attentions.0.to_k.bias"), weights.names());
            assertArrayEquals(new float[] {1}, weights.floats("b"));
            assertArrayEquals(new float[] {2}, weights.floats("mid_block.attentions.0.to_k.bias"));
            assertEquals(folder.resolve("part-2.safetensors"), weights.file("b"));
            assertRefused(() -> weights.floats("c"), folder, "(2 shards)", "no tensor c");
        }
        weights("b", "c").write(folder.resolve("part-1.safetensors"));
        assertRefused(() -> DiffusersFolder.open(folder).openWeights(), "part-1.safetensors has no tensor");
        Files.delete(folder.resolve("part-1.safetensors"));
        assertRefused(() -> DiffusersFolder.open(folder), index, "part-1.safetensors, which is not there", "part-2.safetensors");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{}                                           | weight_map",
        "{\"weight_map\":{}}                          | weight_map",
        "{\"weight_map\":{\"a\":1}}                   | tensor a is in 1, must be the name of",
        "{\"weight_map\":{\"a\":\"a.bin\"}}           | tensor a is in \"a.bin\", must be the name of",
        "{\"weight_map\":{\"a\":\"../x.safetensors\"}}| must be the name of a .safetensors file in the same folder",
        "{\"weight_map\":{\"a\":\"\\u0000.safetensors\"}}| must be the name of a .safetensors file in the same folder",
        "{\"weight_map\":{\"a\":\"x.safetensors\",\"a\":\"x.safetensors\"}} | two entries named a",
        "[]                                           | JSON object",
    })
    void indexThatLies(String json, String message) throws IOException {
        Path index = flat("{}").resolve("diffusion_pytorch_model.safetensors.index.json");
        Files.writeString(index, json);
        assertRefused(() -> DiffusersFolder.open(folder), index, message);
    }

    @Test
    void noModel() throws IOException {
        Path missing = folder.resolve("missing");
        assertRefused(() -> DiffusersFolder.open(missing), missing, "does not exist");
        assertRefused(() -> DiffusersFolder.open(folder), folder, "no config.json", "holds nothing");
        Path file = Files.writeString(folder.resolve("notes.txt"), "");
        assertRefused(() -> DiffusersFolder.open(folder), "holds notes.txt");
        assertRefused(() -> DiffusersFolder.open(file), file, "is a file");
        flat("{}");
        assertRefused(() -> DiffusersFolder.open(folder), "config.json, notes.txt", "no weights",
                "diffusion_pytorch_model.safetensors");
        Files.createDirectory(folder.resolve("unet"));
        assertRefused(() -> DiffusersFolder.open(folder), folder.resolve("unet"), "no config.json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"diffusion_pytorch_model.bin", "model.pt", "model.pth", "last.ckpt"})
    void pickles(String name) throws IOException {
        Files.writeString(flat("{}").resolve(name), "x");
        assertRefused(() -> DiffusersFolder.open(folder), folder.resolve(name), "pickle",
                name.endsWith(".bin") ? "save_pretrained" : "save_file(");
        weights("a").write(folder.resolve("diffusion_pytorch_model.safetensors"));
        DiffusersFolder.open(folder);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"a\":1,\"a\":2}|two entries named a", "{\"a\":|not valid JSON", "''|not valid JSON", "{} x|not valid JSON",
        "[1]|JSON object", "{\"a\":{\"b\":[{\"c\":1,\"c\":1}]}}|two entries named c",
    })
    void configThatIsNoObject(String json, String message) throws IOException {
        assertRefused(() -> DiffusersFolder.open(flat(json)), folder.resolve("config.json"), message);
    }

    @Test
    void configThatIsAFolder() throws IOException {
        Files.createDirectory(folder.resolve("config.json"));
        assertRefused(() -> DiffusersFolder.open(folder), folder.resolve("config.json") + " is a folder; give a file in it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1.5", "\"10\"", "true", "[1]", "2147483648"})
    void nullClassThatIsNoLabel(String value) throws IOException {
        weights("a").write(flat("{}").resolve("diffusion_pytorch_model.safetensors"));
        Files.writeString(folder.resolve("model_index.json"), "{\"null_class\":" + value + "}");
        assertRefused(() -> DiffusersFolder.open(folder), "model_index.json: null_class is " + value);
    }

    /** Whatever is done to the JSON files of a model, it opens or is refused: nothing else is thrown. */
    @Test
    void randomMutations() throws IOException {
        weights("a").write(folder.resolve("part.safetensors"));
        byte[] scheduler = Files.readAllBytes(TEACHER.resolve("scheduler").resolve("scheduler_config.json"));
        Files.write(folder.resolve("scheduler_config.json"), scheduler);
        Map<String, byte[]> files = Map.of(
                "config.json", "{\"_class_name\":\"UNet2DModel\",\"a\":[1,{}]}".getBytes(StandardCharsets.UTF_8),
                "model_index.json", "{\"null_class\":10}".getBytes(StandardCharsets.UTF_8),
                "diffusion_pytorch_model.safetensors.index.json",
                "{\"weight_map\":{\"a\":\"part.safetensors\"}}".getBytes(StandardCharsets.UTF_8),
                "scheduler_config.json", scheduler);
        SplittableRandom random = new SplittableRandom(11);
        int opened = 0;
        int refused = 0;
        for (int round = 0; round < 100; round++) {
            for (Map.Entry<String, byte[]> file : new TreeMap<>(files).entrySet()) {
                files.forEach((name, content) -> RawFiles.write(folder.resolve(name), content));
                byte[] mutated = file.getValue().clone();
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(128);
                RawFiles.write(folder.resolve(file.getKey()), mutated);
                try {
                    DiffusersFolder model = DiffusersFolder.open(folder);
                    model.openWeights().close();
                    assertEquals(model.scheduler().numTrainTimesteps(), model.scheduler().alphasCumprod().length);
                    opened++;
                } catch (ModelFormatException e) {
                    RawFiles.assertMessage(e, folder);
                    refused++;
                }
            }
        }
        assertTrue(opened > 50 && refused > 50, opened + " opened, " + refused + " refused");
    }

    @Test
    void writtenFolderReadsBack() throws IOException {
        DiffusersFolder teacher = DiffusersFolder.open(TEACHER);
        Path target = folder.resolve("students").resolve("one");
        JsonObject network = teacher.networkConfig();
        JsonObject scheduler = teacher.schedulerConfig();
        for (OptionalInt nullClass : List.of(OptionalInt.of(10), OptionalInt.empty())) { // the second replaces the first
            DiffusersFolder.write(target, network, scheduler, nullClass, weights("a", "b"));
            DiffusersFolder read = DiffusersFolder.open(target);
            assertEquals(network.toString(), read.networkConfig().toString(), "each key, each digit, the order");
            assertEquals(scheduler.toString(), read.schedulerConfig().toString());
            assertEquals(nullClass, read.nullClass());
            try (ModelWeights weights = read.openWeights()) {
                assertArrayEquals(new float[] {2}, weights.floats("b"));
            }
        }
        JsonObject index = JsonParser.parseString(Files.readString(target.resolve("model_index.json"))).getAsJsonObject();
        assertEquals("{\"_class_name\":\"DDPMPipeline\",\"scheduler\":[\"diffusers\",\"DDPMScheduler\"],"
                + "\"unet\":[\"diffusers\",\"UNet2DModel\"],\"null_class\":null}", index.toString());
        assertEquals(List.of("one"), RawFiles.names(target.getParent()));
        assertThrows(IllegalArgumentException.class,
                () -> DiffusersFolder.write(target, new JsonObject(), scheduler, OptionalInt.empty(), weights("a")));
    }

    @Test
    void existingFolderWithOtherFilesIsKept() throws IOException {
        DiffusersFolder teacher = DiffusersFolder.open(TEACHER);
        Files.writeString(folder.resolve("thesis.tex"), "precious");
        IOException refusal = assertThrows(IOException.class, () -> DiffusersFolder.write(
                folder, teacher.networkConfig(), teacher.schedulerConfig(), OptionalInt.empty(), weights("a")));
        RawFiles.assertMessage(refusal, folder, "thesis.tex", "would be lost");
        assertEquals(List.of("thesis.tex"), RawFiles.names(folder));
    }

    @Test
    void callersMayChangeWhatTheyGet() {
        DiffusersFolder teacher = DiffusersFolder.open(TEACHER);
        teacher.networkConfig().remove("_class_name");
        assertFalse(teacher.networkConfig().get("_class_name").isJsonNull());
    }
}
