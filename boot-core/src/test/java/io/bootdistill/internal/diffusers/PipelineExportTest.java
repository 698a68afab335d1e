package io.bootdistill.internal.diffusers;

import static io.bootdistill.format.RawFiles.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.DType;
import io.bootdistill.format.RawFiles;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.internal.file.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("fast")
class PipelineExportTest {

    @TempDir
    Path temp;

    private TinyPipeline tiny() throws IOException {
        return TinyPipeline.in(temp.resolve("model"));
    }

    /** The tensors of a network as they were read, but for some that a student has changed. */
    private static List<WeightsManifest.Tensor> tensors(ModelWeights weights, Map<String, float[]> changed) {
        List<WeightsManifest.Tensor> tensors = new ArrayList<>();
        for (String name : weights.names()) {
            float[] other = changed.get(name);
            tensors.add(new WeightsManifest.Tensor(name, weights.shape(name), other == null
                    ? (first, into) -> weights.read(name, first, into)
                    : (first, into) -> into.put(other, (int) first, into.remaining())));
        }
        return tensors;
    }

    private static Path saved(PipelineFolder source, Map<String, float[]> changed, Path target) throws IOException {
        try (ModelWeights weights = source.network().openWeights()) {
            new PipelineExport(source).weights("unet", weights.manifest().writer(tensors(weights, changed))).write(target);
        }
        return target;
    }

    @Test
    void whatIsNotUnderstoodIsCopied() throws IOException {
        TinyPipeline tiny = tiny();
        Files.createDirectories(tiny.folder.resolve("safety_checker/deep"));
        Files.write(tiny.folder.resolve("safety_checker/deep/pytorch_model.bin"), new byte[] {1, 2, 3});
        Files.createDirectories(tiny.folder.resolve("feature_extractor"));
        Files.writeString(tiny.folder.resolve("feature_extractor/preprocessor_config.json"), "{ \"crop_size\" : 224 }\n\n");
        tiny.component("safety_checker", "stable_diffusion", "StableDiffusionSafetyChecker");
        tiny.component("feature_extractor", "transformers", "CLIPImageProcessor");
        for (String document : List.of("README.md", "LICENSE", "LICENSE-ADDENDUM.txt")) {
            Files.writeString(tiny.folder.resolve(document), document);
        }
        SortedMap<String, String> before = TinyPipeline.content(tiny.folder);
        Files.writeString(tiny.folder.resolve("v1-5-pruned.ckpt"), "is in no component");
        Files.createDirectories(tiny.folder.resolve("onnx"));
        Files.writeString(tiny.folder.resolve("onnx/model.onnx"), "neither");
        Files.writeString(tiny.folder.resolve(".gitattributes"), "neither");
        new PipelineExport(tiny.open()).write(temp.resolve("copy"));
        assertEquals(before, TinyPipeline.content(temp.resolve("copy")));
        PipelineFolder.open(temp.resolve("copy"));
    }

    /** Loaded and saved: the same tensors under the same names, in the same types, and the same configurations. */
    @Test
    void unchangedWeightsStayAsTheyAre() throws IOException {
        TinyPipeline tiny = tiny();
        Path file = tiny.folder.resolve("unet/diffusion_pytorch_model.safetensors");
        byte[] full = Files.readAllBytes(file);
        Path once = saved(tiny.open(), Map.of(), temp.resolve("once"));
        Path twice = saved(PipelineFolder.open(once), Map.of(), temp.resolve("twice"));
        assertEquals(TinyPipeline.content(once), TinyPipeline.content(twice), "a second save is the first one");
        assertSameTensors(file, once.resolve("unet/diffusion_pytorch_model.safetensors"));
        SortedMap<String, String> expected = TinyPipeline.content(tiny.folder);
        SortedMap<String, String> found = TinyPipeline.content(once);
        expected.remove("unet/diffusion_pytorch_model.safetensors");
        found.remove("unet/diffusion_pytorch_model.safetensors");
        assertEquals(expected, found);
        assertEquals(full.length, Files.size(file), "the source is not touched");
    }

    private static void assertSameTensors(Path expected, Path found) {
        try (SafetensorsFile a = SafetensorsFile.open(expected); SafetensorsFile b = SafetensorsFile.open(found)) {
            assertEquals(a.names(), b.names());
            assertEquals(a.metadata(), b.metadata());
            for (String name : a.names()) {
                assertEquals(a.dtype(name), b.dtype(name), name);
                assertArrayEquals(a.shape(name), b.shape(name), name);
                assertEquals(bytes(a, name), bytes(b, name), name);
            }
        }
    }

    private static ByteBuffer bytes(SafetensorsFile file, String name) {
        ByteBuffer bytes = ByteBuffer.allocate((int) file.size(name) * file.dtype(name).bytes());
        file.readBytes(name, 0, bytes);
        return bytes.flip();
    }

    /** Half precision, old names and shapes stay for what has not changed; what a student learnt is float32. */
    @Test
    void typesNamesAndShapesAreKept() throws IOException {
        TinyPipeline tiny = tiny();
        Path file = tiny.folder.resolve("unet/diffusion_pytorch_model.safetensors");
        short[] halves = {0x3c00, (short) 0x8000, 0x0001, 0x7bff, (short) 0x83ff, 0x3555};
        short[] brains = {0x3f80, (short) 0x8000, 0x0001, 0x7f7f, (short) 0xff7f, 0x3eab};
        String query = "mid_block.attentions.0.query.weight";
        new SafetensorsWriter().metadata("format", "pt").metadata("b", "1").metadata("a", "2")
                .addBytes("z.weight", DType.F16, new int[] {2, 3}, (first, into) -> into.asShortBuffer().put(halves))
                .addBytes("y.weight", DType.BF16, new int[] {6}, (first, into) -> into.asShortBuffer().put(brains))
                .addBytes("x.weight", DType.F16, new int[] {6}, (first, into) -> into.asShortBuffer().put(halves))
                .addBytes("w.weight", DType.BF16, new int[] {6}, (first, into) -> into.asShortBuffer().put(brains))
                .add(query, new int[] {1, 1, 1, 1}, new float[] {-0f})
                .write(temp.resolve("half.safetensors"));
        Files.move(temp.resolve("half.safetensors"), file, StandardCopyOption.REPLACE_EXISTING);
        Path same = saved(tiny.open(), Map.of(), temp.resolve("same")).resolve("unet/diffusion_pytorch_model.safetensors");
        assertSameTensors(file, same);
        assertEquals(-1, Files.mismatch(file, same));
        float[] learnt = {1, 2, 3, 4, 5, 1 + 0x1p-20f};
        Path target = temp.resolve("learnt");
        saved(tiny.open(), Map.of("x.weight", learnt, "w.weight", learnt, "y.weight", new float[6]), target);
        try (SafetensorsFile read = SafetensorsFile.open(target.resolve("unet/diffusion_pytorch_model.safetensors"))) {
            assertEquals(List.of(query, "x.weight", "w.weight", "z.weight", "y.weight"), List.copyOf(read.names()));
            assertEquals(DType.F16, read.dtype("z.weight"));
            assertEquals(DType.BF16, read.dtype("y.weight"), "zeros fit");
            assertArrayEquals(new float[6], read.floats("y.weight"));
            assertEquals(DType.F32, read.dtype("x.weight"));
            assertArrayEquals(learnt, read.floats("x.weight"));
            assertArrayEquals(learnt, read.floats("w.weight"));
            assertArrayEquals(new int[] {1, 1, 1, 1}, read.shape(query));
        }
    }

    @Test
    void tensorsThatWereNeverRead() throws IOException {
        TinyPipeline tiny = tiny();
        SafetensorsWriter.Values ones = (first, into) -> {
            while (into.hasRemaining()) {
                into.put(1);
            }
        };
        try (ModelWeights weights = tiny.open().network().openWeights()) {
            List<WeightsManifest.Tensor> tensors = tensors(weights, Map.of());
            tensors.removeIf(tensor -> tensor.name().startsWith("conv_in"));
            tensors.add(0, new WeightsManifest.Tensor("time_embedding.cond_proj.weight", new int[] {2, 3}, ones));
            new PipelineExport(tiny.open()).weights("unet", weights.manifest().writer(tensors)).write(temp.resolve("out"));
            try (ModelWeights read = PipelineFolder.open(temp.resolve("out")).network().openWeights()) {
                assertEquals(weights.names().size() - 1, read.names().size());
                assertArrayEquals(new int[] {2, 3}, read.shape("time_embedding.cond_proj.weight"));
                assertFalse(read.names().contains("conv_in.weight"));
            }
        }
        WeightsManifest.none().writer(List.of(new WeightsManifest.Tensor("a", new int[] {2}, ones)))
                .write(temp.resolve("a.safetensors"));
        try (SafetensorsFile read = SafetensorsFile.open(temp.resolve("a.safetensors"))) {
            assertEquals(Map.of(), read.metadata());
            assertArrayEquals(new float[] {1, 1}, read.floats("a"));
        }
    }

    /** The shards are not copied beside it. */
    @Test
    void shardsBecomeOneFile() throws IOException {
        TinyPipeline tiny = tiny();
        Path network = tiny.folder.resolve("unet");
        Path whole = Files.move(network.resolve("diffusion_pytorch_model.safetensors"), temp.resolve("whole"));
        StringBuilder map = new StringBuilder();
        try (SafetensorsFile file = SafetensorsFile.open(whole)) {
            SafetensorsWriter[] shards = {new SafetensorsWriter(), new SafetensorsWriter()};
            for (String name : file.names()) {
                int shard = map.length() % 2;
                shards[shard].add(name, file.shape(name), file.floats(name));
                map.append(map.length() == 0 ? "" : ",").append('"' + name + "\":\"part-" + shard + ".safetensors\"");
            }
            shards[0].write(network.resolve("part-0.safetensors"));
            shards[1].write(network.resolve("part-1.safetensors"));
            Files.writeString(network.resolve("diffusion_pytorch_model.safetensors.index.json"), "{\"weight_map\":{" + map + "}}");
            Path target = saved(tiny.open(), Map.of(), temp.resolve("out"));
            try (SafetensorsFile read = SafetensorsFile.open(target.resolve("unet/diffusion_pytorch_model.safetensors"))) {
                for (String name : file.names()) {
                    assertArrayEquals(file.floats(name), read.floats(name), name);
                }
            }
            assertEquals(List.of("config.json", "diffusion_pytorch_model.safetensors"),
                    RawFiles.names(target.resolve("unet")));
        }
    }

    @Test
    void schedulerConfigurationAndTexts() throws IOException {
        TinyPipeline tiny = tiny();
        Files.writeString(tiny.folder.resolve("README.md"), "the teacher's");
        JsonObject scheduler = Json.parse("{\"_class_name\":\"DDIMScheduler\",\"beta_start\":0.00085}", "test");
        JsonObject network = Json.read(tiny.folder.resolve("unet/config.json"));
        network.addProperty("time_cond_proj_dim", 256);
        Path target = temp.resolve("student");
        new PipelineExport(tiny.open()).scheduler(scheduler).config("unet", network).text("README.md", "the student's")
                .text("boot.json", "{}").write(target);
        assertEquals("[\"diffusers\",\"DDIMScheduler\"]", Json.read(target.resolve("model_index.json")).get("scheduler").toString());
        assertEquals(scheduler, Json.read(target.resolve("scheduler/scheduler_config.json")));
        assertEquals(network.toString(), Json.read(target.resolve("unet/config.json")).toString(), "each key, in its order");
        assertEquals("the student's", Files.readString(target.resolve("README.md")));
        assertEquals("the teacher's", Files.readString(target.resolve("README-teacher.md")));
        assertEquals("{}", Files.readString(target.resolve("boot.json")));
        Path again = temp.resolve("again");
        new PipelineExport(PipelineFolder.open(target)).scheduler(scheduler).config("unet", network)
                .text("README.md", "the student's").text("boot.json", "{}").write(again);
        assertEquals(TinyPipeline.content(target), TinyPipeline.content(again));
        Files.writeString(tiny.folder.resolve("unet/config.json"), Json.read(tiny.folder.resolve("unet/config.json")).toString());
        new PipelineExport(tiny.open()).config("unet", tiny.open().network().config()).write(temp.resolve("same"));
        assertEquals(-1, Files.mismatch(tiny.folder.resolve("unet/config.json"), temp.resolve("same/unet/config.json")),
                "what says the same is copied");
        assertThrows(ModelFormatException.class, () -> new PipelineExport(tiny.open()).config("prior", network));
    }

    @Test
    void targetsThatAreInTheWay() throws IOException {
        TinyPipeline tiny = tiny();
        SortedMap<String, String> before = TinyPipeline.content(tiny.folder);
        saved(tiny.open(), Map.of(), tiny.folder);
        assertEquals(before.keySet(), TinyPipeline.content(tiny.folder).keySet(), "over itself");
        Path target = Files.createDirectories(temp.resolve("thesis"));
        Files.writeString(target.resolve("thesis.tex"), "precious");
        assertMessage(assertThrows(IOException.class, () -> new PipelineExport(tiny.open()).write(target)), "thesis.tex", "lost");
        assertEquals(List.of("thesis.tex"), RawFiles.names(target));
    }

    @Test
    void filesThatMayOnlyBeRead() throws IOException {
        TinyPipeline tiny = tiny();
        Path config = tiny.folder.resolve("vae/config.json");
        assertTrue(config.toFile().setReadOnly());
        Path linked = Files.move(tiny.folder.resolve("vae/diffusion_pytorch_model.safetensors"), temp.resolve("blob"));
        Files.createSymbolicLink(tiny.folder.resolve("vae/diffusion_pytorch_model.safetensors"), linked);
        new PipelineExport(tiny.open()).write(temp.resolve("copy"));
        Path copied = temp.resolve("copy/vae/diffusion_pytorch_model.safetensors");
        assertFalse(Files.isSymbolicLink(copied));
        assertEquals(-1, Files.mismatch(linked, copied));
        assertTrue(Files.getPosixFilePermissions(temp.resolve("copy/vae/config.json"))
                .contains(PosixFilePermission.OWNER_WRITE));
    }

    /** Each value of 16 bits that is a number is held, and lies as it did; its neighbours in float32 are not held. */
    @Test
    void halvesThereAndBack() throws IOException {
        for (DType type : List.of(DType.F16, DType.BF16)) {
            ByteBuffer all = ByteBuffer.allocate(2 << 16).order(ByteOrder.LITTLE_ENDIAN);
            for (int bits = 0; bits < 1 << 16; bits++) {
                all.putShort((short) bits);
            }
            Path file = temp.resolve(type + ".safetensors");
            new SafetensorsWriter()
                    .addBytes("a", type, new int[] {1 << 16}, (first, into) -> into.put(all.slice((int) first, into.remaining())))
                    .write(file);
            Path again = temp.resolve(type + "-again.safetensors");
            try (SafetensorsFile read = SafetensorsFile.open(file)) {
                float[] values = read.floats("a");
                for (float value : values) {
                    assertTrue(type.holds(value), type + " " + value);
                    if (Float.isFinite(value)) {
                        assertFalse(type.holds(Math.nextUp(value)), type + " " + Math.nextUp(value));
                    }
                }
                new SafetensorsWriter().add("a", type, new int[] {1 << 16}, (first, into) -> into.put(values, (int) first,
                        into.remaining())).write(again);
            }
            assertEquals(-1, Files.mismatch(file, again));
        }
        assertFalse(DType.F16.holds(1e6f));
        assertTrue(DType.F32.holds(1e6f));
        assertFalse(DType.I64.holds(1));
        assertThrows(IllegalArgumentException.class, () -> new SafetensorsWriter().add("a", DType.I64, new int[] {1},
                (first, into) -> FloatBuffer.allocate(1)));
    }
}
