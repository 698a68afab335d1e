package io.bootdistill.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.bootdistill.Teacher;
import io.bootdistill.TinyTeacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.format.RawFiles;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.training.Checkpoint.Saved;
import io.bootdistill.internal.training.Checkpoint;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models need no heap that grows with them. */
class CpuHeapTest {

    private static final long MEBIBYTE = 1 << 20;

    @TempDir
    Path temp;

    @Test
    void heapIsSmallerThanTheWeights() throws IOException, InterruptedException {
        long bytes = writeTeacher(temp.resolve("teacher"));
        assertTrue(bytes > 80 * MEBIBYTE, bytes + " bytes of weights");
        Process process = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx40m", "-XX:+UseSerialGC",
                "-cp", System.getProperty("java.class.path"), Probe.class.getName(),
                temp.resolve("teacher").toString(), temp.resolve("saved").toString())
                .redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        assertTrue(output.contains("4 networks, 1.5"), output);
        Path weights = Path.of("unet/diffusion_pytorch_model.safetensors");
        assertTrue(Files.size(temp.resolve("saved").resolve(weights)) >= bytes);
    }

    /** A teacher of zeros, in a file without content; returns the bytes of its weights. */
    private static long writeTeacher(Path folder) throws IOException {
        TinyTeacher.write(folder, "v_prediction");
        JsonObject config = TinyTeacher.network();
        JsonArray channels = new JsonArray();
        List.of(128, 640).forEach(channels::add);
        config.add("block_out_channels", channels);
        Json.write(folder.resolve("unet/config.json"), config);
        StringJoiner header = new StringJoiner(",", "{", "}");
        long end = 0;
        Graph graph = Graph.of(new UNet(UNetConfig.parse(config.toString(), "large")));
        for (Parameter parameter : graph.layout().trained()) {
            long size = 4L * parameter.size();
            header.add(RawFiles.entry(parameter.name(), "F32", Arrays.toString(parameter.shape()), end, end + size));
            end += size;
        }
        Path file = folder.resolve("unet/diffusion_pytorch_model.safetensors");
        byte[] start = RawFiles.safetensors(header.toString(), 0);
        Files.write(file, start);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(start.length + end);
        }
        return end;
    }

    /** What the process does: loads a teacher and saves it, writes a checkpoint and reads it. */
    static final class Probe {

        private Probe() {}

        public static void main(String[] arguments) throws IOException {
            Path teacher = Path.of(arguments[0]);
            Path target = Path.of(arguments[1]);
            Device device = Devices.named("cpu");
            try (Teacher loaded = Teacher.load(teacher, device)) {
                loaded.save(target);
            }
            Graph graph = Graph.of(new UNet(UNetConfig.read(teacher.resolve("unet/config.json"))));
            Path file = target.resolve("state.safetensors");
            Model student = new Model(graph, device, true);
            try (TrainingState state = new TrainingState(student); Kernels kernels = device.openKernels()) {
                kernels.fill(student.parameters(), 1.5f);
                Saved saved = new Saved(state, Map.of());
                Checkpoint.Owner owner = new Checkpoint.Owner("teacher", "teacher", "config");
                Checkpoint.write(file, Map.of("", saved), owner, () -> {});
                kernels.fill(student.parameters(), 0);
                Checkpoint.read(file, "", saved, owner);
                float[] first = new float[1];
                kernels.download(student.parameters().slice(0, 1), first, 0);
                System.out.println(Files.size(file) / (4 * graph.layout().count()) + " networks, " + first[0]);
            }
        }
    }
}
