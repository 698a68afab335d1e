package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.Head;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.pipeline.OneStepExport;
import io.bootdistill.internal.pipeline.Pipeline;
import io.bootdistill.internal.work.ConditionInputs;
import io.bootdistill.internal.work.ConditionTable;
import io.bootdistill.internal.work.Layout;
import io.bootdistill.network.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One-step denoisers as folders: one step of the format's sampler is the network's own step. */
@Tag("fast")
class OneStepExportTest {

    @TempDir
    Path temp;

    private final Device device = Devices.named("reference");

    private Path source(String prediction) throws IOException {
        Path folder = DrawingGoldenTest.copy(temp.resolve("source"));
        Path scheduler = folder.resolve("scheduler/scheduler_config.json");
        JsonObject config = Json.read(scheduler);
        config.addProperty("prediction_type", prediction);
        Files.delete(scheduler);
        Json.write(scheduler, config);
        Files.writeString(folder.resolve("LICENSE.md"), "as it was");
        Files.writeString(folder.resolve("README.md"), "of the teacher");
        return folder;
    }

    /** y = a ε + b F(ε, t_min) with the head of a student, of a prompt. */
    private float[] ownStep(Pipeline pipeline, Teacher teacher, String prompt, float[] noise) {
        Head head = Head.of(teacher.prediction(), teacher.schedule());
        float[] rows = new float[noise.length];
        Layout.toRows(1, teacher.shape(), noise, rows);
        try (ConditionTable table = pipeline.conditions(List.of(prompt), List.of(""), teacher.picture(DrawRequest.ofPrompts(prompt)));
                Plan plan = new Plan(pipeline.model(), 1, Plan.Mode.INFERENCE);
                DeviceMemory row = device.allocate(1);
                Kernels kernels = device.openKernels()) {
            kernels.upload(rows, 0, plan.x().data());
            double time = teacher.schedule().networkTime(teacher.schedule().tMin());
            kernels.upload(new float[] {(float) time}, 0, plan.scalar(ScalarInputs.TIME).data());
            new ConditionInputs(plan, pipeline.network().condition(), table).write(kernels, 0, 1, Tensor.of(row.slice(), 1));
            plan.forward(kernels, 1);
            float[] output = new float[noise.length];
            kernels.download(plan.y().data(), output, 0);
            for (int i = 0; i < output.length; i++) {
                output[i] = (float) (head.noiseFactor() * rows[i] + head.outputFactor() * output[i]);
            }
            float[] y = new float[output.length];
            Layout.toPlanes(1, teacher.shape(), output, y);
            return y;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"epsilon", "v_prediction"})
    void oneStepOfTheFormatIsTheNetworksOwn(String prediction) throws IOException {
        Path source = source(prediction);
        Path export = temp.resolve("export");
        String prompt = "an old lighthouse by the sea!";
        float[] noise;
        float[] expected;
        try (Teacher teacher = Teacher.load(source, device);
                Pipeline pipeline = new Pipeline(PipelineFolder.open(source), device)) {
            noise = new float[teacher.shape().size()];
            for (int i = 0; i < noise.length; i++) {
                noise[i] = Philox.normal(3, 0, i);
            }
            expected = ownStep(pipeline, teacher, prompt, noise);
            new OneStepExport(pipeline.folder(), pipeline.model(), teacher.schedule(), teacher.prediction(),
                    GuidanceRange.NONE).write(export);
        }
        try (Teacher student = Teacher.load(export, device)) {
            float[] found = student.latents(
                    DrawRequest.ofPrompts(prompt).withNoise(noise).withSteps(1).withGuidance(1), null);
            for (int i = 0; i < found.length; i++) {
                assertEquals(expected[i], found[i], 1e-5 * (1 + Math.abs(expected[i])), "value " + i);
            }
        }
        assertEquals("as it was", Files.readString(export.resolve("LICENSE.md")));
        assertEquals("of the teacher", Files.readString(export.resolve("README-teacher.md")));
        assertTrue(Files.readString(export.resolve("README.md")).contains("num_inference_steps=1, guidance_scale=1)"));
        assertArrayEquals(Files.readAllBytes(source.resolve("vae/diffusion_pytorch_model.safetensors")),
                Files.readAllBytes(export.resolve("vae/diffusion_pytorch_model.safetensors")));
    }

    /** What was loaded and saved is the same, byte by byte. */
    @ParameterizedTest
    @ValueSource(strings = "epsilon")
    void savedPipelineIsTheSame(String prediction) throws IOException {
        Path source = source(prediction);
        try (Teacher teacher = Teacher.load(source, device)) {
            teacher.save(temp.resolve("saved"));
        }
        try (var files = Files.walk(source)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertArrayEquals(Files.readAllBytes(file),
                        Files.readAllBytes(temp.resolve("saved").resolve(source.relativize(file).toString())), file.toString());
            }
        }
    }
}
