package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.TinyTeacher;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged models and wrong options: a message that names the thing, and an exit code. */
final class BadInputTest {

    @TempDir
    private Path folder;

    private Path teacher;
    private Path weights;
    private Path out;

    @BeforeEach
    void writeTeacher() throws IOException {
        teacher = folder.resolve("teacher");
        TinyTeacher.write(teacher, "v_prediction");
        weights = teacher.resolve("unet/diffusion_pytorch_model.safetensors");
        out = folder.resolve("out");
    }

    private void teacherIsRefused(String... parts) {
        CommandRun.distill(teacher, out, "--steps", 1).refused(1, parts);
        CommandRun.boot("sample", "--model", teacher, "--out", folder.resolve("grid.png")).refused(1, parts);
        assertFalse(Files.exists(out.resolve("config.json")), "nothing was started");
        assertFalse(Files.exists(folder.resolve("grid.png")));
    }

    private static void replace(Path file, String old, String replacement) throws IOException {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertTrue(text.contains(old), old);
        int at = text.indexOf(old);
        Files.writeString(file, text.substring(0, at) + replacement + text.substring(at + old.length()),
                StandardCharsets.ISO_8859_1);
    }

    // ---- models

    @Test
    void missingFolder() {
        CommandRun.distill(folder.resolve("nothing"), out).refused(1, "nothing", "does not exist");
        CommandRun.boot("inspect", folder.resolve("nothing")).refused(1, "nothing", "does not exist");
    }

    @Test
    void missingWeights() throws IOException {
        Files.delete(weights);
        teacherIsRefused("unet", "safetensors");
    }

    @Test
    void missingScheduler() throws IOException {
        Files.delete(teacher.resolve("scheduler/scheduler_config.json"));
        teacherIsRefused("scheduler_config.json");
    }

    @Test
    void truncatedWeights() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
            file.setLength(file.length() - 100);
        }
        teacherIsRefused(weights.getFileName().toString());
    }

    @Test
    void headerThatLiesAboutAShape() throws IOException {
        replace(weights, "\"shape\":[8]", "\"shape\":[9]");
        teacherIsRefused(weights.getFileName().toString(), "36 bytes", "data_offsets of 32");
    }

    @Test
    void headerThatLiesAboutItsLength() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
            file.write(new byte[] {-1, -1, -1, -1, -1, -1, -1, 127});
        }
        teacherIsRefused(weights.getFileName().toString());
    }

    @Test
    void wrongType() throws IOException {
        replace(weights, "\"F32\"", "\"F99\"");
        teacherIsRefused(weights.getFileName().toString(), "F99");
    }

    @Test
    void weightsOfAnotherShape() throws IOException {
        replace(teacher.resolve("unet/config.json"), "12", "16");
        teacherIsRefused("16", "shape");
    }

    @Test
    void notANumberAmongTheWeights() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
            file.seek(file.length() - 4);
            file.write(new byte[] {0, 0, -64, 127});
        }
        teacherIsRefused("NaN", weights.getFileName().toString());
    }

    @Test
    void unknownBlock() throws IOException {
        replace(teacher.resolve("unet/config.json"), "AttnDownBlock2D", "CrossAttnDownBlock2D");
        teacherIsRefused("CrossAttnDownBlock2D", "down_block_types");
    }

    @Test
    void unsupportedScheduler() throws IOException {
        replace(teacher.resolve("scheduler/scheduler_config.json"), "DDPMScheduler", "FlowMatchEulerDiscreteScheduler");
        teacherIsRefused("FlowMatchEulerDiscreteScheduler", "must be one of DDPM, DDIM");
    }

    @Test
    void brokenJson() throws IOException {
        Files.writeString(teacher.resolve("unet/config.json"), "{\"sample_size\": ");
        teacherIsRefused("config.json");
    }

    // ---- options

    @Test
    void batchOfNothing() {
        CommandRun.distill(teacher, out, "--batch", 0).refused(2, "--batch is 0, must be 1 … 65536");
    }

    @Test
    void optionsOutOfRange() {
        CommandRun.distill(teacher, out, "--steps", 0).refused(2, "--steps is 0, must be");
        CommandRun.distill(teacher, out, "--minutes", 0.5).refused(2, "--minutes is 0.5, must be");
        CommandRun.distill(teacher, out, "--workers", 0).refused(2, "--workers is 0, must be");
        CommandRun.distill(teacher, out, "--guidance", "NaN").refused(2, "--guidance is NaN, must be");
        CommandRun.distill(teacher, out, "--guidance", "strong").refused(2, "--guidance is strong, must be");
        CommandRun.distill(teacher, out, "--guidance", "4:1").refused(2, "--guidance is 4:1, must be");
        CommandRun.distill(teacher, out, "--guidance", "-1").refused(2, "--guidance is -1, must be");
        CommandRun.distill(teacher, out, "--negative", -1).refused(2, "--negative is -1, must be");
        CommandRun.distill(teacher, out, "--held-out", -1).refused(2, "--held-out is -1, must be 0 …");
        CommandRun.distill(teacher, out, "--block", 0).refused(2, "--block is 0, must be 1 …");
        CommandRun.distill(teacher, out, "--lanes", 0).refused(2, "--lanes is 0, must be 1 …");
        CommandRun.distill(teacher, out, "--optimiser", "sgd").refused(2, "--optimiser is sgd, must be adam or muon");
        CommandRun.distill(teacher, out, "--steps", 1, "--minutes", 1).refused(2, "mutually exclusive");
        CommandRun.boot("distill", "--device", "abacus", "--out", out).refused(2, "--device is abacus, must be one of");
        CommandRun.boot("distill", "--steps", "many").refused(2, "--steps", "many");
        CommandRun.boot("distil").refused(2, "distil", "boot distill");
        CommandRun.boot().refused(2, "a command is missing");
    }

    @Test
    void labelsOutOfRange() {
        for (Object label : new Object[] {-1, 4}) {
            CommandRun.boot("sample", "--model", teacher, "--labels", "0," + label, "--out", folder.resolve("grid.png"))
                    .refused(2, "--labels is " + label + ", must be 0 … 3");
        }
    }

    @Test
    void sampleOptionsOutOfRange() {
        Path grid = folder.resolve("grid.png");
        CommandRun.boot("sample", "--model", teacher, "--count", 0, "--out", grid).refused(2, "--count is 0, must be");
        CommandRun.boot("sample", "--model", teacher, "--steps", 0, "--out", grid).refused(2, "--steps is 0, must be");
        CommandRun.boot("sample", "--model", teacher, "--count", Integer.MAX_VALUE, "--out", grid)
                .refused(2, "--count is 2147483647, must be at most");
        CommandRun.boot("sample", "--model", teacher).refused(2, "--out");
    }

    @Test
    void noiseOfAnotherKind() throws IOException {
        Path noise = folder.resolve("noise.safetensors");
        Object[] command = {"sample", "--model", teacher, "--noise", noise, "--out", folder.resolve("grid.png")};
        CommandRun.boot(command).refused(1, "noise.safetensors", "no such file");
        new SafetensorsWriter().add("noise", new int[] {1, 1, 8, 4}, new float[32]).write(noise);
        CommandRun.boot(command).refused(1, "noise.safetensors", "[1, 1, 8, 4]", "[N, 1, 8, 8]");
        new SafetensorsWriter().add("noises", new int[] {1, 1, 8, 8}, new float[64]).write(noise);
        CommandRun.boot(command).refused(1, "noise.safetensors", "has no tensor noise");
        new SafetensorsWriter().addLongs("noise", new int[] {1, 1, 8, 8}, new long[64]).write(noise);
        CommandRun.boot(command).refused(1, "noise.safetensors", "I64", "float");
        float[] damaged = new float[64];
        damaged[63] = Float.POSITIVE_INFINITY;
        new SafetensorsWriter().add("noise", new int[] {1, 1, 8, 8}, damaged).write(noise);
        CommandRun.boot(command).refused(1, "noise.safetensors", "Infinity", "63");
    }

    /** Weights that overflow; the pictures would be black. */
    @Test
    void samplesThatAreNoNumbers() throws IOException {
        SafetensorsWriter overflowing = new SafetensorsWriter();
        try (SafetensorsFile file = SafetensorsFile.open(weights)) {
            for (String name : file.names()) {
                float[] values = file.floats(name);
                for (int i = 0; i < values.length; i++) {
                    values[i] *= 1e30f;
                }
                overflowing.add(name, file.shape(name), values);
            }
        }
        overflowing.write(weights);
        Path grid = folder.resolve("grid.png");
        CommandRun.boot("sample", "--model", teacher, "--count", 2, "--steps", 2, "--out", grid)
                .refused(1, "sample 0 has the value NaN", "nothing is written");
        assertFalse(Files.exists(grid));
    }

    @Test
    void moreImagesThanMemory() throws Exception {
        Process process = CommandRun.start(java.util.List.of("-Xmx32m"),
                "sample", "--model", teacher, "--count", 1_000_000, "--steps", 1, "--out", folder.resolve("grid.png"));
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(1, process.waitFor(), output);
        assertTrue(output.contains("boot: not enough memory for Java"), output);
    }

    @Test
    void verboseShowsTheStack() {
        CommandRun run = CommandRun.boot("--verbose", "inspect", folder.resolve("nothing"));
        assertEquals(1, run.code());
        assertTrue(run.err().contains("\tat io.bootdistill."), run.err());
    }

    // ---- output

    @Test
    void outputFolderInUse() throws IOException {
        Files.createDirectories(out);
        Files.writeString(out.resolve("thesis.txt"), "precious");
        CommandRun.distill(teacher, out, "--steps", 1).refused(1, out.toString(), "not empty", "--resume");
        CommandRun.boot("sample", "--model", teacher, "--out", out).refused(1, out.toString(), "not empty");
        CommandRun.distill(teacher, out, "--resume").refused(1, out.toString(), "no run");
        assertEquals("precious", Files.readString(out.resolve("thesis.txt")));
    }

    @Test
    void outputBelowAFile() throws IOException {
        Files.writeString(out, "a file");
        CommandRun.distill(teacher, out, "--steps", 1).refused(1, out.toString(), "not a folder");
        CommandRun.distill(teacher, out.resolve("run"), "--steps", 1).refused(1, out.resolve("run").toString());
        CommandRun.boot("sample", "--model", teacher, "--out", out.resolve("grid.png"))
                .refused(1, out.resolve("grid.png").toString());
    }

    @Test
    void resumeWithTheWrongTeacherOrOptions() throws IOException {
        CommandRun.distill(teacher, out, "--steps", 1, "--batch", 2).succeeded();
        Path other = folder.resolve("other");
        TinyTeacher.write(other, "sample");
        CommandRun.distill(other, out, "--resume").refused(1, "another teacher");
        CommandRun.distill(teacher, out, "--resume", "--seed", 1).refused(2, "--seed", "--resume");
        CommandRun.boot("distill", "--resume").refused(2, "--resume needs --out");
        Files.writeString(out.resolve("config.json"), "{");
        CommandRun.distill(teacher, out, "--resume").refused(1, "config.json");
        Files.writeString(out.resolve("config.json"), "{\"images\": 2, \"batch\": 2}");
        CommandRun.distill(teacher, out, "--resume").refused(1, "config.json", "version 0.1.0", "train again");
    }
}
