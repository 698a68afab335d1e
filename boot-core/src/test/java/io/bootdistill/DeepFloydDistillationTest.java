package io.bootdistill;

import static io.bootdistill.format.RawFiles.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.matching.Corrector;
import io.bootdistill.matching.OnlineSamples;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both stages of DeepFloyd IF, tiny ones, distilled from text states that were computed before, into a cascade. */
@Tag("fast")
class DeepFloydDistillationTest {

    private static final List<String> PROMPTS = List.of("a red fox", "a boat", "two dogs");
    private static final ImageShape SMALL = new ImageShape(3, 8, 4);

    private final Device device = Devices.named("reference");

    @TempDir
    Path temp;

    @BeforeEach
    void write() throws IOException {
        for (int stage = 1; stage <= 2; stage++) {
            TinyFolders.states(TinyFolders.deepFloyd(folder(stage), stage).resolve("text_states.safetensors"), TinyFolders.WIDTH,
                    "", PROMPTS.get(0), PROMPTS.get(1), PROMPTS.get(2));
        }
        // the first stage draws what the second enlarges
        Path config = folder(1).resolve("unet/config.json");
        Files.writeString(config, Files.readString(config).replaceAll("\"sample_size\": \\[[^]]*]", "\"sample_size\": [8, 4]"));
    }

    private Path folder(int stage) {
        return temp.resolve("if" + stage);
    }

    private static DistillationConfig.Builder config(double guidance) {
        return TinyStages.distillation(8 * 4).batch(4).guidance(guidance).heldOut(4).referenceSteps(2);
    }

    private Student first() throws IOException {
        try (Teacher teacher = Teacher.load(folder(1), device)) {
            assertEquals(SMALL, teacher.shape());
            return new BootDistiller(teacher).conditions(ConditionSource.prompts(PROMPTS)).train(config(2).build());
        }
    }

    @Test
    void bothStagesBecomeACascade() throws IOException {
        Path whole = temp.resolve("whole");
        Path parts = temp.resolve("parts");
        try (Student first = first(); Teacher teacher = Teacher.load(folder(2), device)) {
            first.save(temp.resolve("first"));
            BootDistiller distiller = new BootDistiller(teacher).cascade(first, 7);
            distiller.conditions(ConditionSource.prompts(PROMPTS)).train(config(2).folder(whole).build()).close();
            boolean[] stop = {true};
            distiller.listener(new DistillationListener() {
                @Override
                public boolean shouldStop() {
                    return stop[0];
                }
            }).train(config(2).workers(1).folder(parts).build()).close();
            stop[0] = false;
            new BootDistiller(teacher).cascade(first, 7).resume(parts, 2).close();
        }
        try (SafetensorsFile a = SafetensorsFile.open(whole.resolve("state.safetensors"));
                SafetensorsFile b = SafetensorsFile.open(parts.resolve("state.safetensors"))) {
            assertEquals(a.metadata(), b.metadata());
            for (String name : a.names()) {
                assertArrayEquals(a.floats(name), b.floats(name), name);
            }
        }
        try (Cascade cascade = Cascade.load(temp.resolve("first"), whole.resolve("student"), device)) {
            DrawRequest request = DrawRequest.ofPrompts(PROMPTS.get(2), PROMPTS.get(0)).withSeed(3);
            float[] drawn = cascade.pixels(request);
            assertEquals(new ImageShape(3, 16, 8), cascade.picture());
            float[] one = cascade.pixels(DrawRequest.ofPrompts(PROMPTS.get(0)).withSeed(4));
            assertArrayEquals(Arrays.copyOfRange(drawn, one.length, 2 * one.length), one);
            assertFalse(Arrays.equals(one, cascade.pixels(DrawRequest.ofPrompts(PROMPTS.get(1)).withSeed(4))));
        }
        Path others = temp.resolve("others.safetensors");
        TinyFolders.states(others, TinyFolders.WIDTH, "", "a green bird");
        try (Cascade cascade = Cascade.load(temp.resolve("first"), whole.resolve("student"), device, others)) {
            assertEquals(1, cascade.images(DrawRequest.ofPrompts("a green bird")).size());
        }
    }

    /** What guidance leads away from is without the prompt, but of the sample's own picture: in the online network, too. */
    @Test
    void guidedCorrectorKeepsThePicture() throws IOException {
        Corrector corrector = Corrector.defaults().withStart(0).withShare(0.5).withOnline(new OnlineSamples.Own(1, 0.5));
        float[][] drawn = new float[2][];
        DrawRequest request = DrawRequest.ofPrompts(PROMPTS).withImages(SMALL, TinyFolders.normal(3 * SMALL.size(), 2));
        try (Student first = first(); Teacher teacher = Teacher.load(folder(2), device)) {
            for (int workers = 1; workers <= 2; workers++) {
                try (Student student = new BootDistiller(teacher).cascade(first, 7).conditions(ConditionSource.prompts(PROMPTS))
                        .train(config(2).corrector(corrector).heldOut(0).workers(workers).build())) {
                    drawn[workers - 1] = student.pixels(request);
                }
            }
        }
        assertArrayEquals(drawn[0], drawn[1]);
    }

    @Test
    void refusesWhatIsMissing() throws IOException {
        DistillationConfig config = config(1).folder(temp.resolve("none")).build();
        try (Student first = first(); Teacher teacher = Teacher.load(folder(2), device)) {
            ConditionSource prompts = ConditionSource.prompts(PROMPTS);
            assertMessage(refused(() -> new BootDistiller(teacher).conditions(prompts).train(config)),
                    "the student of the stage before is missing", "at most 3×16×8");
            assertMessage(refused(() -> new BootDistiller(teacher).cascade(first).train(config)),
                    "the condition of the stage before", "none or labels");
            assertMessage(refused(() -> TrajectoryError.of(first, teacher, DrawRequest.ofPrompts(PROMPTS.get(0)).withImages(
                    SMALL, new float[SMALL.size()]), new double[] {0.5}, 2)), "draws of noise and a prompt alone");
            assertMessage(refused(() -> new BootDistiller(teacher).cascade(first).conditions(ConditionSource.prompts(
                    List.of("unknown"))).train(config)), "unknown", "text_states.safetensors");
            assertMessage(refused(() -> new BootDistiller(teacher).cascade(first, 2).conditions(prompts).train(config)),
                    "the number of prompts is 3, must be at most 2");
        }
        Files.delete(folder(1).resolve("text_states.safetensors"));
        try (Teacher teacher = Teacher.load(folder(1), device)) {
            assertMessage(refused(() -> new BootDistiller(teacher).conditions(ConditionSource.prompts(PROMPTS)).train(config)),
                    "the file of text states is missing");
        }
        assertFalse(Files.exists(temp.resolve("none")), "refused before work begins");
    }

    private static RuntimeException refused(org.junit.jupiter.api.function.Executable call) {
        return assertThrows(RuntimeException.class, call);
    }
}
