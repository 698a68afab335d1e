package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.bootdistill.Teacher;
import io.bootdistill.TinyFolders;
import io.bootdistill.TinyTeacher;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both stages of DeepFloyd IF by the command line, tiny ones. */
final class StageInputsTest {

    private static final ImageShape SMALL = new ImageShape(3, 8, 4);

    @TempDir
    private Path folder;

    private Path states;
    private Path images;
    private final float[] values = TinyFolders.normal(2 * SMALL.size(), 12);

    @BeforeEach
    void write() throws IOException {
        TinyFolders.deepFloyd(folder.resolve("if1"), 1);
        TinyFolders.deepFloyd(folder.resolve("if2"), 2);
        states = folder.resolve("t5.safetensors");
        TinyFolders.states(states, TinyFolders.WIDTH, "a fox", "", "a boat");
        images = folder.resolve("small.safetensors");
        new SafetensorsWriter().add("sample", new int[] {2, 3, 8, 4}, values).write(images);
    }

    private CommandRun boot(String model, Object... more) {
        List<Object> all = new ArrayList<>(List.of("sample", "--model", folder.resolve(model), "--prompt", "a fox",
                "--prompt", "a boat", "--steps", 2, "--out", folder.resolve("out.safetensors")));
        all.addAll(List.of(more));
        return CommandRun.boot(all.toArray());
    }

    private void requireDrawn(String model, DrawRequest request) {
        try (Teacher teacher = Teacher.load(folder.resolve(model), Devices.best(), states);
                SafetensorsFile file = SafetensorsFile.open(folder.resolve("out.safetensors"))) {
            assertArrayEquals(teacher.pixels(request, null), file.floats("sample"));
        }
    }

    @Test
    void drawsWhatTheLibraryDraws() {
        DrawRequest request = DrawRequest.ofPrompts("a fox", "a boat").withSteps(2);
        boot("if1", "--text-states", states).succeeded();
        requireDrawn("if1", request);
        boot("if2", "--text-states", states, "--images", images).succeeded();
        requireDrawn("if2", request.withImages(SMALL, values));
        boot("if2", "--text-states", states, "--images", images, "--noise-level", 7).succeeded();
        requireDrawn("if2", request.withImages(SMALL, values).withNoiseLevel(7));
    }

    @Test
    void refusals() {
        boot("if1").refused(1, "file of text states is missing", "if1/text_states.safetensors");
        boot("if1", "--text-states", images).refused(1, images.toString(), "no tensor states");
        boot("if1", "--text-states", states, "--prompt", "a bot").refused(1, "\"a bot\"", states.toString(), "\"a boat\"");
        boot("if1", "--text-states", states, "--images", images).refused(1, "images is of 3×8×4", "left out");
        CommandRun.boot("sample", "--model", folder.resolve("if1"), "--labels", 1, "--out", folder.resolve("x.png"))
                .refused(2, "--labels is [1]", "see --prompt");
        boot("if2", "--text-states", states).refused(1, "images is missing");
        boot("if2", "--text-states", states, "--images", states).refused(1, states.toString(), "no tensor sample");
        boot("if2", "--images", images, "--noise-level", -1).refused(2, "--noise-level is -1", "at least 0");
        boot("if2", "--text-states", states, "--images", images, "--noise-level", 1000).refused(1, "is 1000", "0 … 999");
    }

    /** A model without prompts is given none of it. */
    @Test
    void modelOfPixels() throws IOException {
        Path model = folder.resolve("pixels");
        TinyTeacher.write(model, "epsilon");
        Path out = folder.resolve("out.safetensors");
        CommandRun.boot("sample", "--model", model, "--out", out, "--text-states", states).refused(2, "--text-states is", "left out");
        CommandRun.boot("sample", "--model", model, "--out", out, "--images", images).refused(2, "--images is", "left out");
        CommandRun.boot("sample", "--model", model, "--out", out, "--noise-level", 3).refused(2, "--noise-level is 3", "left out");
    }
}
