package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bootdistill.TinyTeacher;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that becomes full, for which the test must be allowed to mount one: skipped where it is not. */
final class FullDiskTest {

    @TempDir
    private Path folder;

    private Path disk;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(run("mount -t tmpfs -o size=4m tmpfs '" + disk + "'") == 0, "may not mount a disk");
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount '" + disk + "'");
    }

    private static int run(String command) throws IOException, InterruptedException {
        return new ProcessBuilder("sh", "-c", command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Test
    void theLastCheckpointStays() throws IOException {
        Path teacher = folder.resolve("teacher");
        TinyTeacher.write(teacher, "v_prediction");
        Path out = disk.resolve("run");
        CommandRun.distill(teacher, out, "--steps", 2, "--batch", 4).succeeded();
        byte[] checkpoint = Files.readAllBytes(out.resolve("state.safetensors"));
        byte[] metrics = Files.readAllBytes(out.resolve("metrics.csv"));
        String config = Files.readString(out.resolve("config.json"));
        Files.writeString(out.resolve("config.json"), config.replace("\"images\": 8", "\"images\": 16"));
        fill(disk.resolve("filler"));

        CommandRun.distill(teacher, out, "--resume").refused(1, "cannot write " + out, "No space left on device");
        assertArrayEquals(checkpoint, Files.readAllBytes(out.resolve("state.safetensors")));
        assertArrayEquals(metrics, Files.readAllBytes(out.resolve("metrics.csv")));
        Path grid = disk.resolve("grid.png");
        CommandRun.boot("sample", "--model", teacher, "--steps", 1, "--out", grid)
                .refused(1, "cannot write " + grid, "No space left on device");
        try (var files = Files.list(disk)) {
            assertEquals(List.of("filler", "run"), files.map(file -> file.getFileName().toString()).sorted().toList());
        }

        Files.delete(disk.resolve("filler"));
        CommandRun.distill(teacher, out, "--resume").succeeded();
    }

    private static void fill(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(new byte[512]);
            }
        } catch (IOException e) {
            return; // full, as wanted
        }
    }
}
