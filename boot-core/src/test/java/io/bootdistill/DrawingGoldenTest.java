package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.internal.file.Json;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole pipeline of Stable Diffusion, from prompts to pictures, against that of diffusers. */
@Tag("fast")
public class DrawingGoldenTest {

    private static final List<String> FILES = List.of(
            "scheduler/scheduler_config.json", "text_encoder/config.json", "text_encoder/model.safetensors",
            "tokenizer/merges.txt", "tokenizer/vocab.json", "unet/config.json", "unet/diffusion_pytorch_model.safetensors",
            "vae/config.json", "vae/diffusion_pytorch_model.safetensors", "model_index.json");

    private static final DrawRequest PROMPTS =
            DrawRequest.ofPrompts("a photo of a cat", "an old lighthouse by the sea!").withSteps(4);

    private static final String CASE = "text-to-image/sd-pipeline/";

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    @TempDir
    Path temp;

    /** Copies the pipeline. */
    public static Path copy(Path folder) throws IOException {
        for (String file : FILES) {
            Files.createDirectories(folder.resolve(file).getParent());
            Files.copy(Fixtures.file(CASE + file), folder.resolve(file));
        }
        return folder;
    }

    /** The pipeline, with the scheduler that the golden steps were taken with: DDIM, trailing, to the clean picture. */
    private Path folder() throws IOException {
        Path scheduler = copy(temp).resolve("scheduler/scheduler_config.json");
        JsonObject config = Json.read(scheduler);
        config.addProperty("_class_name", "DDIMScheduler");
        config.addProperty("timestep_spacing", "trailing");
        config.addProperty("set_alpha_to_one", true);
        Files.delete(scheduler);
        Json.write(scheduler, config);
        return temp;
    }

    private static float[] golden(String name) {
        try (SafetensorsFile file = SafetensorsFile.open(Fixtures.file("text-to-image/sd-pipeline-case.safetensors"))) {
            return file.floats(name);
        }
    }

    /** Within 1e-4 of the largest value: 4 steps, and half precision nowhere. */
    private static void requireNear(String what, float[] expected, float[] found) {
        assertEquals(expected.length, found.length, what);
        double largest = 0;
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            worst = Math.max(worst, Math.abs(expected[i] - found[i]));
        }
        assertTrue(worst <= 1e-4 * largest, what + ": largest difference " + worst + " of " + largest);
    }

    private static float[] pictures(float[] pixels) {
        float[] pictures = new float[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            pictures[i] = Math.min(1, Math.max(0, pixels[i] / 2 + 0.5f));
        }
        return pictures;
    }

    @Test
    void drawsWithAndWithoutGuidance() throws IOException {
        float[] noise = golden("noise");
        try (Teacher teacher = Teacher.load(folder(), device())) {
            assertEquals(new ImageShape(4, 16, 16), teacher.shape());
            assertEquals(new ImageShape(3, 32, 32), teacher.picture(PROMPTS));
            DrawRequest plain = PROMPTS.withNoise(noise).withGuidance(1);
            float[] steps = golden("latents.unguided_4_steps");
            float[] last = Arrays.copyOfRange(steps, steps.length - noise.length, steps.length);
            requireNear("latents", last, teacher.latents(plain, null));
            requireNear("pictures", golden("image.unguided_4_steps"), pictures(teacher.pixels(plain, null)));
            DrawRequest guided = PROMPTS.withNoise(noise).withGuidance(7.5).withNegative("a bad photo");
            requireNear("guided pictures", golden("image.guided_4_steps"), pictures(teacher.pixels(guided, null)));
        }
    }

    /** A picture is a function of its prompt and seed, whatever is drawn beside it. */
    @Test
    void picturesDoNotDependOnOthers() throws IOException {
        try (Teacher teacher = Teacher.load(folder(), device())) {
            DrawRequest request = DrawRequest.ofPrompts("a dog", "", "a dog").withSteps(2).withCount(2).withSeed(5);
            float[] all = teacher.latents(request, null);
            int size = teacher.shape().size();
            assertEquals(6 * size, all.length);
            float[] fifth = teacher.latents(DrawRequest.ofPrompts("a dog").withSteps(2).withSeed(9), null);
            assertArrayEquals(fifth, Arrays.copyOfRange(all, 4 * size, 5 * size));
            assertEquals(2, teacher.images(DrawRequest.ofPrompts("a", "b").withSteps(1)).size());
        }
    }

    @Test
    void drawsOtherSizes() throws IOException {
        try (Teacher teacher = Teacher.load(folder(), device())) {
            DrawRequest wide = DrawRequest.ofPrompts("a dog").withSteps(1).withSize(48, 32);
            assertEquals(new ImageShape(4, 16, 24), teacher.denoised(wide));
            assertEquals(new ImageShape(3, 32, 48), teacher.picture(wide));
            assertEquals(48, teacher.images(wide).get(0).getWidth());
            String message = assertThrows(IllegalArgumentException.class,
                    () -> teacher.images(wide.withSize(50, 32))).getMessage();
            assertTrue(message.contains("multiples of 4"), message);
        }
    }

    @Test
    void requestsThatDoNotFitAreRefused() throws IOException {
        try (Teacher teacher = Teacher.load(folder(), device())) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> teacher.latents(DrawRequest.ofLabels(1), null)).getMessage();
            assertTrue(message.contains("draws from prompts"), message);
            message = assertThrows(IllegalArgumentException.class,
                    () -> teacher.latents(PROMPTS.withNoise(new float[5]), null)).getMessage();
            assertTrue(message.contains("noise has 5 values"), message);
        }
    }
}
