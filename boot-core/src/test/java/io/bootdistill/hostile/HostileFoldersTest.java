package io.bootdistill.hostile;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.bootdistill.Fixtures;
import io.bootdistill.KindsOfTeachers;
import io.bootdistill.Teacher;
import io.bootdistill.TinyFolders;
import io.bootdistill.TinyTeacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.LabelledImages;
import io.bootdistill.format.PictureFile;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.network.UNetConfig;
import io.bootdistill.network.autoencoder.AutoencoderConfig;
import io.bootdistill.network.dit.DitConfigReader;
import io.bootdistill.network.text.ClipTextConfig;
import io.bootdistill.network.unet.ConditionalUNetReader;
import io.bootdistill.text.CaptionFolder;
import io.bootdistill.text.ClipTokenizer;
import io.bootdistill.text.PromptFile;
import io.bootdistill.text.TextStates;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The readers of model folders and of configurations, tried with files that are damaged or lie. */
class HostileFoldersTest {

    /** Of all readers together, in the long form. */
    private static final int MANY = 1_000_000;

    private static final int FEW = 9_000;

    @TempDir
    Path temp;

    private List<HostileReader> readers() throws IOException {
        return List.of(
                loaded("teacher", teacher("teacher")),
                loaded("sharded teacher", sharded()),
                loaded("pipeline of prompts", KindsOfTeachers.TEXT.write(temp.resolve("text"), "v_prediction")),
                loaded("pipeline of classes", KindsOfTeachers.DIT.write(temp.resolve("dit"), "v_prediction")),
                loaded("pipeline of latents", KindsOfTeachers.LDM.write(temp.resolve("ldm"), "v_prediction")),
                loaded("consistency model", TinyFolders.consistency(temp.resolve("consistency"))),
                loaded("IF", TinyFolders.deepFloyd(temp.resolve("if1"), 1)),
                loaded("IF super-resolution", TinyFolders.deepFloyd(temp.resolve("if2"), 2)),
                new HostileReader("safetensors", teacher("weights").resolve("unet"),
                        List.of("diffusion_pytorch_model.safetensors"), HostileFoldersTest::safetensors),
                of("scheduler", "scheduler_config.json", SchedulerConfig::read, scheduler()),
                of("U-Net", "config.json", UNetConfig::read, TinyTeacher.network().toString()),
                of("U-Net of prompts", "config.json", ConditionalUNetReader::read, fixture("unet-sdxl/config.json")),
                of("autoencoder", "config.json", AutoencoderConfig::read, fixture("autoencoder-kl/config.json")),
                of("text encoder", "config.json", ClipTextConfig::read, fixture("clip-gelu/config.json")),
                of("DiT", "config.json", DitConfigReader::read, fixture("dit/config.json")),
                new HostileReader("tokenizer", tokenizer(), List.of(), folder -> ClipTokenizer.open(folder, 77, 686)),
                of("prompts", "prompts.txt", file -> PromptFile.read(file, null), "a cat\n\n an old lighthouse \na red fox\n"),
                of("table of prompts", "prompts.csv", file -> PromptFile.read(file, null),
                        "n,prompt\n1,a cat\n2,\"a \"\"red\"\"\nfox\"\n"),
                of("lines of prompts", "prompts.jsonl", file -> PromptFile.read(file, null),
                        "{\"prompt\": \"a cat\", \"n\": 1}\n{\"prompt\": \"a red fox\", \"n\": 2}\n"),
                images(),
                pictures("PNG file", "png", file -> PictureFile.read(file, "picture 1")),
                pictures("JPEG file", "jpg", file -> PictureFile.read(file, "picture 1")),
                captions(),
                states(),
                run(),
                of("distillation", "config.json", DistillationConfig::read, DistillationConfig.builder().build().toJson()),
                of("training", "config.json", TeacherTrainingConfig::read, TeacherTrainingConfig.builder().build().toJson()));
    }

    private void attack(int trials) throws Exception {
        List<HostileReader> readers = readers();
        List<Throwable> failures = new ArrayList<>();
        for (HostileReader reader : readers) {
            try {
                reader.attack(1, trials / readers.size());
            } catch (AssertionError e) {
                failures.add(e);
            }
        }
        assertTrue(failures.isEmpty(), () -> failures.stream().map(Throwable::getMessage).collect(Collectors.joining("\n")));
    }

    private static HostileReader loaded(String name, Path folder) {
        return new HostileReader(name, folder, List.of(), each -> Teacher.load(each, Devices.named("reference")).close());
    }

    private static void safetensors(Path folder) {
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("diffusion_pytorch_model.safetensors"))) {
            file.requireFinite();
        }
    }

    private HostileReader of(String name, String file, Consumer<Path> reading, String text) throws IOException {
        Path folder = Files.createDirectories(temp.resolve(name));
        Files.writeString(folder.resolve(file), text);
        return new HostileReader(name, folder, List.of(), each -> reading.accept(each.resolve(file)));
    }

    private HostileReader images() throws IOException {
        Path folder = Files.createDirectories(temp.resolve("idx"));
        byte[] images = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
        byte[] labels = {0, 0, 8, 1, 0, 0, 0, 2, 1, 0};
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve("train-images-idx3-ubyte.gz")))) {
            out.write(images);
        }
        Files.write(folder.resolve("train-labels-idx1-ubyte"), labels);
        return new HostileReader("IDX", folder, List.of(), each -> LabelledImages.read(each, "train"));
    }

    private HostileReader pictures(String name, String format, Consumer<Path> reading) throws IOException {
        Path folder = Files.createDirectories(temp.resolve(name));
        BufferedImage picture = new BufferedImage(20, 12, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 20 * 12; i++) {
            picture.setRGB(i % 20, i / 20, 0x10305 * i);
        }
        String file = "picture." + format;
        ImageIO.write(picture, format, folder.resolve(file).toFile());
        return new HostileReader(name, folder, List.of(), each -> reading.accept(each.resolve(file)));
    }

    private HostileReader captions() throws IOException {
        Path folder = Files.createDirectories(temp.resolve("captions"));
        Files.copy(temp.resolve("PNG file/picture.png"), folder.resolve("a.png"));
        Files.copy(temp.resolve("JPEG file/picture.jpg"), folder.resolve("b.jpg"));
        Files.writeString(folder.resolve("metadata.jsonl"), "{\"file_name\": \"a.png\", \"text\": \"a red fox\", \"n\": 1}\n"
                + "{\"file_name\": \"b.jpg\", \"text\": \"a cat\"}\n");
        return new HostileReader("captions", folder, List.of("metadata.jsonl"), CaptionFolder::read);
    }

    private HostileReader states() throws IOException {
        Path folder = Files.createDirectories(temp.resolve("states"));
        new SafetensorsWriter().metadata("prompts", "a cat\na red fox")
                .add("states", new int[] {2, 3, 4}, new float[24]).add("mask", new int[] {2, 3}, new float[6]).write(folder.resolve("states.safetensors"));
        return new HostileReader("text states", folder, List.of(), each -> TextStates.open(
                each.resolve("states.safetensors")).close());
    }

    /** What a run reads again that its checkpoint does not hold. */
    private HostileReader run() throws IOException {
        Path folder = Files.createDirectories(temp.resolve("run"));
        RunFolder made = RunFolder.plan(folder);
        made.make().close();
        made.writeConfig(DistillationConfig.builder().build().toJson());
        made.writePrompts(ConditionSource.prompts(List.of("a cat", "a red fox")).withNegative("a bad photo"));
        made.addMetrics(10, "step,loss", "10,0.5");
        made.addMetrics(20, "step,loss", "20,0.25");
        return new HostileReader("run", folder, List.of("config.json", "prompts.json", "metrics.csv"), each -> {
            RunFolder run = RunFolder.open(each);
            run.readDistillation(1);
            run.readPrompts();
            run.readMetrics(10);
        });
    }

    private static String fixture(String name) throws IOException {
        return Files.readString(Fixtures.file("text-to-image/" + name));
    }

    private static String scheduler() {
        return SchedulerConfig.of(BetaSchedule.LINEAR, PredictionType.EPSILON).toJson();
    }

    private Path teacher(String name) throws IOException {
        TinyTeacher.write(temp.resolve(name), "v_prediction");
        return temp.resolve(name);
    }

    private Path tokenizer() throws IOException {
        Path folder = Files.createDirectories(temp.resolve("tokenizer"));
        for (String name : new String[] {"vocab.json", "merges.txt"}) {
            Files.writeString(folder.resolve(name), fixture("tokenizer/" + name));
        }
        Files.writeString(folder.resolve("tokenizer_config.json"), """
                {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "bos_token": "<|startoftext|>",
                 "eos_token": {"content": "<|endoftext|>", "normalized": true}, "padding_side": "right"}""");
        Files.writeString(folder.resolve("special_tokens_map.json"), "{\"pad_token\": \"!\", \"unk_token\": \"<|endoftext|>\"}");
        Files.writeString(folder.resolve("added_tokens.json"), "{\"new\": 685}");
        return folder;
    }

    /** A teacher whose weights lie in two files. */
    private Path sharded() throws IOException {
        Path folder = teacher("sharded");
        Path whole = folder.resolve("unet/diffusion_pytorch_model.safetensors");
        JsonObject map = new JsonObject();
        try (SafetensorsFile file = SafetensorsFile.open(whole)) {
            for (int shard = 0; shard < 2; shard++) {
                SafetensorsWriter writer = new SafetensorsWriter();
                String name = "shard-" + shard + ".safetensors";
                int half = shard;
                file.names().stream().filter(tensor -> tensor.length() % 2 == half).forEach(tensor -> {
                    writer.add(tensor, file.shape(tensor), file.floats(tensor));
                    map.addProperty(tensor, name);
                });
                writer.write(whole.resolveSibling(name));
            }
        }
        Files.delete(whole);
        JsonObject index = new JsonObject();
        index.add("weight_map", map);
        Json.write(folder.resolve("unet/diffusion_pytorch_model.safetensors.index.json"), index);
        return folder;
    }

    @Test
    @Tag("fast")
    void few() throws Exception {
        attack(FEW);
    }

    @Test
    @Tag("hostile")
    void many() throws Exception {
        attack(MANY);
    }
}
