package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Students that denoise, written in the format and read again: as students, and as models that the format's sampler draws with. */
@Tag("fast")
public class DenoisingExportTest {

    private static final SampleRequest REQUEST = SampleRequest.ofSeeds(1, 2, 3).withLabels(0, 1, 2);

    @TempDir
    Path temp;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private Path saved() {
        return temp.resolve("saved");
    }

    private Teacher pixels(String prediction) throws IOException {
        TinyTeacher.write(temp.resolve("teacher"), prediction);
        return Teacher.load(temp.resolve("teacher"), device());
    }

    private JsonObject scheduler() {
        return Json.read(saved().resolve("scheduler/scheduler_config.json"));
    }

    private void requireScheduler(FewSteps sampler, String prediction, int times) {
        JsonObject json = scheduler();
        assertEquals(sampler == FewSteps.DDIM ? "DDIMScheduler" : "LCMScheduler", json.get("_class_name").getAsString());
        assertEquals(prediction, json.get("prediction_type").getAsString());
        assertEquals("trailing", json.get("timestep_spacing").getAsString());
        assertTrue(json.get("set_alpha_to_one").getAsBoolean());
        assertFalse(json.get("clip_sample").getAsBoolean());
        assertEquals(times, json.get("num_train_timesteps").getAsInt());
        assertEquals(sampler == FewSteps.RENOISE, json.has("timestep_scaling"));
    }

    /** Of ε-prediction, whose schedule ends where α is 0.01, too; the student that is read is written again as it is. */
    @ParameterizedTest
    @CsvSource({
        "v_prediction, DDIM, 100", "sample, DDIM, 100", "epsilon, DDIM, 99", "v_prediction, RENOISE, 100", "epsilon, RENOISE, 99"
    })
    void pixelsAreTheSameBitsWhenReadAgain(String prediction, FewSteps sampler, int times) throws IOException {
        try (Teacher teacher = pixels(prediction); Student student = DenoisingStudents.of(teacher, sampler)) {
            student.save(saved());
            requireScheduler(sampler, prediction, times);
            try (Student loaded = Student.load(saved(), device()); Teacher stock = Teacher.load(saved(), device())) {
                assertEquals(sampler, loaded.fewSteps());
                assertEquals(3, loaded.nullLabel());
                loaded.save(temp.resolve("again"));
                for (int steps : new int[] {1, 2, 4}) {
                    float[] drawn = student.sample(REQUEST.withSteps(steps));
                    assertArrayEquals(drawn, loaded.sample(REQUEST.withSteps(steps)), steps + " steps");
                    if (sampler == FewSteps.DDIM) {
                        DrawRequest request = DrawRequest.ofLabels(0, 1, 2).withSeeds(1, 2, 3).withSteps(steps);
                        Golden.values(steps + " steps of the format", drawn, stock.latents(request, null));
                    }
                }
            }
            for (String file : new String[] {"unet/config.json", "scheduler/scheduler_config.json", "boot.json",
                "unet/diffusion_pytorch_model.safetensors"}) {
                assertEquals(-1, Files.mismatch(saved().resolve(file), temp.resolve("again").resolve(file)), file);
            }
            assertEquals(-1, Files.mismatch(temp.resolve("teacher/unet/diffusion_pytorch_model.safetensors"),
                    saved().resolve("unet/diffusion_pytorch_model.safetensors")), "nothing is folded");
        }
    }

    /** The times of a consistency scheduler end at t_max only where their number divides all. */
    @ParameterizedTest
    @CsvSource({"v_prediction, 50", "epsilon, 99"})
    void consistencyStepsBeginAtTheEnd(String prediction, int original) throws IOException {
        try (Teacher teacher = pixels(prediction); Student student = DenoisingStudents.of(teacher, FewSteps.RENOISE)) {
            student.save(saved());
            assertEquals(original, scheduler().get("original_inference_steps").getAsInt());
            assertEquals(1e4, scheduler().get("timestep_scaling").getAsDouble());
            assertEquals("DDPMPipeline", Json.read(saved().resolve("model_index.json")).get("_class_name").getAsString(),
                    "which steps by its scheduler, as DDIMPipeline does not");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TEXT, v_prediction, DDIM", "TEXT, epsilon, DDIM", "TEXT, epsilon, RENOISE", "DIT, epsilon, DDIM", "DIT, v_prediction, RENOISE",
        "LDM, epsilon, DDIM", "LDM, sample, RENOISE"
    })
    void pipelinesAreTheSameBitsWhenReadAgain(KindsOfTeachers kind, String prediction, FewSteps sampler) throws IOException {
        try (Teacher teacher = kind.load(temp.resolve("teacher"), prediction, device());
                Student student = DenoisingStudents.of(teacher, sampler)) {
            student.save(saved());
            requireScheduler(sampler, prediction, 1000);
            String readme = Files.readString(saved().resolve("README.md"));
            assertTrue(readme.contains("# A few-step model") && readme.contains("or 2 or 4 steps"), readme);
            try (Student loaded = Student.load(saved(), device()); Teacher stock = Teacher.load(saved(), device())) {
                for (int steps : new int[] {1, 2, 4}) {
                    DrawRequest request = kind.request.withSteps(steps);
                    float[] drawn = student.latents(request);
                    assertArrayEquals(drawn, loaded.latents(request), steps + " steps");
                    if (sampler == FewSteps.DDIM) {
                        Golden.values(steps + " steps of the format", drawn, stock.latents(request.withGuidance(1), null));
                    }
                }
            }
        }
    }

    /** The format's input of the scale beside a time that is kept; else one of the student's own, or one scale that is folded. */
    @ParameterizedTest
    @CsvSource({"TEXT", "DIT"})
    void guidanceIsTold(KindsOfTeachers kind) throws IOException {
        GuidanceRange range = new GuidanceRange(1, 3);
        DrawRequest request = kind.request.withSteps(2).withGuidance(2.5);
        boolean isOfTheFormat = kind == KindsOfTeachers.TEXT;
        try (Teacher teacher = kind.load(temp.resolve("teacher"), "v_prediction", device());
                Student student = DenoisingStudents.of(teacher, FewSteps.DDIM, range)) {
            float[] drawn = student.latents(request);
            assertTrue(Golden.norm(drawn) != Golden.norm(student.latents(request.withGuidance(1))), "it is told");
            student.save(saved());
            try (Student loaded = Student.load(saved(), device())) {
                assertEquals(range, loaded.guidance());
                assertArrayEquals(drawn, loaded.latents(request));
            }
            if (isOfTheFormat) {
                try (Teacher stock = Teacher.load(saved(), device())) {
                    Golden.values("told", drawn, stock.latents(request, null));
                }
                return;
            }
            student.save(temp.resolve("one"), 2.5);
            try (Student one = Student.load(temp.resolve("one"), device())) {
                Golden.values("one scale", drawn, one.latents(kind.request.withSteps(2)));
            }
        }
    }

    /** The pipeline of consistency models asks its scheduler for times that DDIM has not. */
    @ParameterizedTest
    @CsvSource({"RENOISE, true", "DDIM, false"})
    void consistencyPipelineTakesItsOwnStepsAlone(FewSteps sampler, boolean passed) throws IOException {
        try (Teacher teacher = Teacher.load(TinyFolders.consistency(temp.resolve("teacher")), device());
                Student student = DenoisingStudents.of(teacher, sampler, new GuidanceRange(1, 3))) {
            student.save(saved());
            assertEquals(passed, !Files.readString(saved().resolve("README.md")).contains("No pipeline draws with it"));
        }
    }

    @Test
    void damagedMarkIsRefused() throws IOException {
        try (Teacher teacher = pixels("v_prediction"); Student student = DenoisingStudents.of(teacher, FewSteps.DDIM)) {
            student.save(saved());
        }
        Path marks = saved().resolve("boot.json");
        Files.writeString(marks, Files.readString(marks).replace("\"DDIM\"", "\"EULER\""));
        String message = assertThrows(ModelFormatException.class, () -> Student.load(saved(), device())).getMessage();
        assertEquals(saved() + ": few_steps is \"EULER\", must be one of [DDIM, RENOISE]", message);
    }
}
