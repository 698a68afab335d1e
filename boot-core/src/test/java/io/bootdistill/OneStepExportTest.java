package io.bootdistill;

import static io.bootdistill.format.RawFiles.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.Head;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.pipeline.ConditionRows;
import io.bootdistill.internal.pipeline.OneStepExport;
import io.bootdistill.internal.pipeline.Pipeline;
import io.bootdistill.internal.sampling.StudentModel;
import io.bootdistill.internal.work.ConditionInputs;
import io.bootdistill.internal.work.Layout;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import io.bootdistill.network.TimeEmbeddingType;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One-step denoisers as folders: one step of the format's sampler is the network's own step. */
@Tag("fast")
class OneStepExportTest {

    @TempDir
    Path temp;

    private static final String PROMPT = "an old lighthouse by the sea!";

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

    /** y = a ε + b F(ε, t_min) with the head of a student, of the one picture of a request. */
    private float[] ownStep(Pipeline pipeline, Teacher teacher, DrawRequest request) {
        Head head = Head.of(teacher.prediction(), teacher.schedule());
        ImageShape shape = teacher.shape();
        float[] noise = new float[shape.size()];
        Layout.toRows(1, shape, request.noise(), noise);
        try (ConditionRows conditions = pipeline.conditions(request, false, shape);
                Plan plan = new Plan(pipeline.model(), 1, Plan.Mode.INFERENCE);
                DeviceMemory zero = device.allocate(1);
                DeviceMemory y = device.allocate(noise.length);
                Kernels kernels = device.openKernels()) {
            Tensor rows = Tensor.of(y.slice(), shape.channels());
            kernels.upload(noise, 0, y.slice());
            kernels.affine(shape.pixels(), rows, 1, 0, null, plan.x());
            double time = teacher.schedule().networkTime(teacher.schedule().tMin());
            kernels.fill(plan.scalar(ScalarInputs.TIME).data(), (float) time);
            if (request.guidance().isPresent() && plan.scalar(ScalarInputs.GUIDANCE) != null) {
                kernels.fill(plan.scalar(ScalarInputs.GUIDANCE).data(), (float) request.guidance().getAsDouble());
            }
            kernels.fill(zero.slice(), 0);
            new ConditionInputs(plan, pipeline.network().condition(), conditions.table())
                    .write(kernels, 0, 1, Tensor.of(zero.slice(), 1));
            plan.forward(kernels, 1);
            kernels.affine(shape.pixels(), plan.y().columns(0, shape.channels()), 1, 0, null, rows);
            float[] output = new float[noise.length];
            kernels.download(y.slice(), output, 0);
            for (int i = 0; i < output.length; i++) {
                output[i] = (float) (head.noiseFactor() * noise[i] + head.outputFactor() * output[i]);
            }
            float[] planes = new float[output.length];
            Layout.toPlanes(1, shape, output, planes);
            return planes;
        }
    }

    /**
     * Exports the network of a pipeline and draws with the export.
     *
     * @param most the largest limit of dynamic thresholding, 0 for none
     */
    private void requireOwnStep(Path source, DrawRequest request, double most) throws IOException {
        Path export = temp.resolve("export");
        DrawRequest drawn;
        double[] expected;
        try (Teacher teacher = Teacher.load(source, device);
                Pipeline pipeline = new Pipeline(PipelineFolder.open(source), device, null)) {
            drawn = request.withNoise(TinyFolders.normal(teacher.shape().size(), 3));
            float[] y = ownStep(pipeline, teacher, drawn);
            expected = IntStream.range(0, y.length).mapToDouble(i -> y[i]).toArray();
            expected = most == 0 ? expected : DeepFloydTest.limited(expected, most);
            GuidanceRange range = drawn.guidance().isPresent() && pipeline.network().scalars().contains(ScalarInputs.GUIDANCE)
                    ? new GuidanceRange(1, 8) : GuidanceRange.NONE;
            new OneStepExport(pipeline.folder(), student(pipeline.model(), teacher, range), range).write(export);
        }
        try (Teacher student = Teacher.load(export, device)) {
            float[] found = student.latents(drawn.withSteps(1), null);
            for (int i = 0; i < found.length; i++) {
                assertEquals(expected[i], found[i], 1e-5 * (1 + Math.abs(expected[i])), "value " + i);
            }
        }
    }

    private String readme() throws IOException {
        return Files.readString(temp.resolve("export/README.md"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"epsilon", "v_prediction"})
    void oneStepOfTheFormatIsTheNetworksOwn(String prediction) throws IOException {
        Path source = source(prediction);
        Path export = temp.resolve("export");
        requireOwnStep(source, DrawRequest.ofPrompts(PROMPT).withGuidance(1), 0);
        assertEquals("as it was", Files.readString(export.resolve("LICENSE.md")));
        assertEquals("of the teacher", Files.readString(export.resolve("README-teacher.md")));
        assertTrue(readme().contains("pipe(prompt, num_inference_steps=1, guidance_scale=1)"));
        assertArrayEquals(Files.readAllBytes(source.resolve("vae/diffusion_pytorch_model.safetensors")),
                Files.readAllBytes(export.resolve("vae/diffusion_pytorch_model.safetensors")));
    }

    /** The network of a latent consistency model is told the scale as before, and the time that its pipeline says as t_min. */
    @Test
    void consistencyModelIsStillToldTheScale() throws IOException {
        Path source = TinyFolders.consistency(temp.resolve("source"));
        requireOwnStep(source, DrawRequest.ofPrompts(PROMPT).withGuidance(3), 0);
        assertTrue(readme().contains("num_inference_steps=1, guidance_scale=W)"));
        JsonObject scheduler = Json.read(temp.resolve("export/scheduler/scheduler_config.json"));
        assertEquals("LCMScheduler", scheduler.get("_class_name").getAsString());
        assertEquals(1, scheduler.get("original_inference_steps").getAsInt());
    }

    /** Its pipelines look into the scheduler for whether the other half of the output is a variance, and it is of no use now. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void stageOfDeepFloyd(int stage) throws IOException {
        Path source = TinyFolders.deepFloyd(temp.resolve("source"), stage);
        TinyFolders.states(source.resolve(PipelineFolder.TEXT_STATES), TinyFolders.WIDTH, PROMPT);
        DrawRequest request = DrawRequest.ofPrompts(PROMPT).withGuidance(1);
        if (stage == 2) {
            ImageShape small = new ImageShape(3, 8, 4);
            request = request.withImages(small, TinyFolders.normal(small.size(), 12));
        }
        requireOwnStep(source, request, stage == 1 ? 1.5 : 1);
        assertTrue(readme().contains(stage == 1 ? "pipe(prompt_embeds=states, num_inference_steps=1, guidance_scale=1)"
                : "pipe(prompt_embeds=states, image=picture, noise_level=250, num_inference_steps=1, guidance_scale=1)"));
        JsonObject scheduler = Json.read(temp.resolve("export/scheduler/scheduler_config.json"));
        assertEquals("DDPMScheduler", scheduler.get("_class_name").getAsString());
        assertEquals("fixed_small", scheduler.get("variance_type").getAsString());
        assertEquals(993, scheduler.get("num_train_timesteps").getAsInt()); // alpha is 0.01 at index 992
        assertArrayEquals(Files.readAllBytes(source.resolve(PipelineFolder.TEXT_STATES)),
                Files.readAllBytes(temp.resolve("export").resolve(PipelineFolder.TEXT_STATES)));
    }

    /** Networks for which a pipeline of the format has no form. */
    @Test
    void refusesByName() throws IOException {
        Path source = source("epsilon");
        TinyTeacher.write(temp.resolve("pixels"), "epsilon");
        UNetConfig config = UNetConfig.of(new ImageShape(4, 8, 8), List.of(8), 1, 0);
        try (Teacher teacher = Teacher.load(temp.resolve("pixels"), device)) {
            requireRefusal(teacher, temp.resolve("pixels"), new UNet(config), "DDPMPipeline", "network and a scheduler");
            UNet fourier = new UNet(config.toBuilder().timeEmbedding(TimeEmbeddingType.FOURIER, 0).build());
            requireRefusal(teacher, source, fourier, source.resolve("unet/config.json") + ": the time enters otherwise");
        }
    }

    private void requireRefusal(Teacher teacher, Path source, UNet network, String... words) {
        try (Model model = new Model(Graph.of(network), device, false)) {
            assertMessage(assertThrows(UnsupportedOperationException.class, () -> new OneStepExport(
                    PipelineFolder.open(source), student(model, teacher, GuidanceRange.NONE), GuidanceRange.NONE)),
                    (Object[]) words);
        }
    }

    private static StudentModel student(Model model, Teacher teacher, GuidanceRange range) {
        return new StudentModel(model, teacher.schedule(), teacher.prediction(), -1, range, null, null);
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
