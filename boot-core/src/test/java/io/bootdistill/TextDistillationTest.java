package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.PassingDevice;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.ConditionSource.Prompts;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.RawFiles;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.internal.file.Json;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.GraphBuilder;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Network;
import io.bootdistill.network.TimeLayers;
import io.bootdistill.network.Value;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pipeline that draws from prompts is distilled from prompts alone. */
@Tag("fast")
public class TextDistillationTest {

    private static final Prompts PROMPTS = ConditionSource.prompts(
            List.of("a cat", "a dog", "an old lighthouse by the sea!", "a red fox")).withNegative("a bad photo");
    private static final DrawRequest DRAW = DrawRequest.ofPrompts("a cat", "a green apple").withCount(2).withSeed(40);

    @TempDir
    Path temp;

    private Path teacherFolder;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    @BeforeEach
    void writeTeacher() throws IOException {
        teacherFolder = TinyPipeline.write(temp.resolve("teacher"));
    }

    /** Four steps, that change the student by a few percent. */
    private static DistillationConfig.Builder config() {
        return DistillationConfig.builder().objective(Trajectories.defaults().withSteps(2).withUses(1, 1)).noCorrector()
                .batch(2).block(1).lanes(2).images(2 * 4).workers(2).seed(3).guidance(2).heldOut(0)
                .optimiser(OptimiserConfig.ofStudents().withEmaHalfLife(0).withRate(1e-2).withWarmupImages(0));
    }

    private static BootDistiller distiller(Teacher teacher) {
        return new BootDistiller(teacher).conditions(PROMPTS);
    }

    private static float[] drawn(Teacher teacher, DistillationConfig config) throws IOException {
        try (Student student = distiller(teacher).train(config)) {
            return student.latents(DRAW);
        }
    }

    private static DistillationListener stopAt(long step, List<DistillationListener.Quality> measured) {
        return new DistillationListener() {
            private long done;

            @Override
            public boolean shouldStop() {
                return ++done == step;
            }

            @Override
            public void quality(Quality quality) {
                measured.add(quality);
            }
        };
    }

    /** With the prompts that lie in its folder. */
    @Test
    void continuedRunEqualsOneThatWasNeverStopped() throws IOException {
        DistillationConfig.Builder config = config().heldOut(3).referenceSteps(2).reportImages(4).checkpointImages(4);
        Path whole = temp.resolve("whole");
        Path parts = temp.resolve("parts");
        List<DistillationListener.Quality> measured = new ArrayList<>();
        try (Teacher teacher = Teacher.load(teacherFolder, device());
                Student straight = distiller(teacher).listener(stopAt(0, measured)).train(config.folder(whole).build())) {
            distiller(teacher).listener(stopAt(2, new ArrayList<>())).train(config.folder(parts).build()).close();
            RawFiles.assertRefused(() -> new BootDistiller(teacher).conditions(PROMPTS.withNegative("another")).resume(parts, 1),
                    "belongs to another teacher or list of prompts", "continue it with");
            try (Student resumed = new BootDistiller(teacher).resume(parts, 1);
                    Student opened = new BootDistiller(teacher).open(parts, 1)) {
                assertArrayEquals(straight.pixels(DRAW), resumed.pixels(DRAW));
                assertArrayEquals(straight.latents(DRAW), opened.latents(DRAW));
            }
        }
        try (SafetensorsFile a = SafetensorsFile.open(whole.resolve("state.safetensors"));
                SafetensorsFile b = SafetensorsFile.open(parts.resolve("state.safetensors"))) {
            assertEquals(a.metadata(), b.metadata());
            assertEquals("4", a.metadata().get("step"));
            for (String name : a.names()) {
                assertArrayEquals(a.floats(name), b.floats(name), name);
            }
        }
        requireSameFiles(whole.resolve("student"), parts.resolve("student"));
        assertEquals(2, measured.size());
        assertEquals(new ImageShape(3, 16, 16), measured.get(1).picture());
        assertEquals(3 * 3 * 16 * 16, measured.get(1).samples().length);
        assertTrue(measured.get(1).pairedRmse() > 0 && measured.get(1).pictureRmse() > 0);
        assertTrue(Files.exists(whole.resolve("grids/reference.png")));
    }

    /** One step of the format's sampler, which passes the last time step. */
    private float[] stock(Path folder, double scale) throws IOException {
        try (Teacher teacher = Teacher.load(folder, device())) {
            return teacher.latents(DRAW.withSteps(1).withGuidance(scale), null);
        }
    }

    private static void requireSameFiles(Path expected, Path found) throws IOException {
        assertEquals(files(expected), files(found));
        assertTrue(files(expected).size() >= 12, "all files of a pipeline");
        for (String file : files(expected)) {
            assertArrayEquals(Files.readAllBytes(expected.resolve(file)), Files.readAllBytes(found.resolve(file)), file);
        }
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString()).sorted().toList();
        }
    }

    @Test
    void savedStudentDrawsTheSamePictures() throws IOException {
        Path saved = temp.resolve("saved");
        Path again = temp.resolve("again");
        try (Teacher teacher = Teacher.load(teacherFolder, device());
                Student student = distiller(teacher).train(config().build())) {
            assertTrue(student.readsPrompts());
            student.save(saved);
            assertTrue(Student.isStudent(saved));
            try (Student loaded = Student.load(saved, device())) {
                assertEquals(new GuidanceRange(2, 2), loaded.guidance());
                Golden.values("latents", student.latents(DRAW), loaded.latents(DRAW));
                Golden.values("pictures", student.pixels(DRAW), loaded.pixels(DRAW));
                Golden.values("as the stock pipeline draws", student.latents(DRAW), stock(saved, 1));
                assertEquals(4, loaded.images(DRAW).size());
                loaded.save(again);
            }
            requireSameFiles(saved, again);
            float[] start = drawn(teacher, config().images(2).learningRate(1e-30).build());
            assertTrue(PairedError.rmse(start, student.latents(DRAW)) > 1e-2, "it has learnt something");
        }
    }

    @Test
    void studentIsToldTheScale() throws IOException {
        DrawRequest least = DRAW.withGuidance(1);
        DrawRequest most = DRAW.withGuidance(3);
        try (Teacher teacher = Teacher.load(teacherFolder, device());
                Student student = distiller(teacher).train(config().guidance(1, 3).build())) {
            assertEquals(new GuidanceRange(1, 3), student.guidance());
            assertTrue(PairedError.rmse(student.latents(least), student.latents(most)) > 1e-3);
            assertArrayEquals(student.latents(DRAW.withGuidance(2)), student.latents(DRAW), "the middle unless said otherwise");
            student.save(temp.resolve("saved"));
            try (Student loaded = Student.load(temp.resolve("saved"), device())) {
                assertEquals(new GuidanceRange(1, 3), loaded.guidance());
                Golden.values("w = 1", student.latents(least), loaded.latents(least));
                Golden.values("w = 3", student.latents(most), loaded.latents(most));
                Golden.values("w = 3, as the stock pipeline draws", student.latents(most), stock(temp.resolve("saved"), 3));
                loaded.save(temp.resolve("again"));
            }
            requireSameFiles(temp.resolve("saved"), temp.resolve("again"));
            assertEquals(256, Json.read(temp.resolve("saved/unet/config.json")).get("time_cond_proj_dim").getAsInt());
            for (double scale : new double[] {0.9, 3.1}) {
                String message = assertThrows(IllegalArgumentException.class,
                        () -> student.latents(DRAW.withGuidance(scale))).getMessage();
                assertTrue(message.startsWith("guidance is " + scale + ", must be 1.0 … 3.0"), message);
            }
            String message = assertThrows(UnsupportedOperationException.class,
                    () -> student.save(temp.resolve("one"), 2)).getMessage();
            assertTrue(message.contains("the range of guidance that it has"), message);
        }
    }

    /** What the teacher is led away from, when, and how far: each makes another student. */
    @Test
    void guidanceIsThatOfTheConfiguration() throws IOException {
        GuidanceConfig guidance = GuidanceConfig.defaults().withRange(new GuidanceRange(4, 4));
        DistillationConfig.Builder config = config().images(2);
        try (Teacher teacher = Teacher.load(teacherFolder, device())) {
            float[] plain = drawn(teacher, config.guidance(guidance).build());
            assertArrayEquals(plain, drawn(teacher, config.guidance(guidance).build()));
            float[] inside = drawn(teacher, config.guidance(guidance.withInterval(new GuidanceInterval(0.25, 0.75)))
                    .folder(temp.resolve("interval")).build());
            float[] rescaled = drawn(teacher, config.guidance(guidance.withRescale(0.7)).folder(temp.resolve("rescale")).build());
            assertTrue(PairedError.rmse(plain, inside) > 1e-3, "interval");
            assertTrue(PairedError.rmse(plain, rescaled) > 1e-3, "rescale");
            try (Student fromNone = distiller(teacher).conditions(PROMPTS.withNegative(""))
                    .train(config.guidance(guidance).folder(null).build())) {
                assertTrue(PairedError.rmse(plain, fromNone.latents(DRAW)) > 1e-3, "negative prompt");
            }
        }
        DistillationConfig interval = DistillationConfig.read(temp.resolve("interval/config.json"));
        assertEquals(new GuidanceInterval(0.25, 0.75), interval.guidance().interval());
        assertEquals(0, interval.guidance().rescale());
        DistillationConfig rescale = DistillationConfig.read(temp.resolve("rescale/config.json"));
        assertEquals(GuidanceInterval.ALWAYS, rescale.guidance().interval());
        assertEquals(0.7, rescale.guidance().rescale());
    }

    /** A folder that exists, and a run of another list of prompts: whatever the number of prompts, none was encoded. */
    @Test
    void runsAreRefusedBeforePromptsAreEncoded() throws IOException {
        AtomicInteger allocations = new AtomicInteger();
        Device counting = new PassingDevice(device()) {
            @Override
            public DeviceMemory allocate(long floats) {
                allocations.incrementAndGet();
                return super.allocate(floats);
            }
        };
        DistillationConfig config = config().images(2).folder(temp.resolve("run")).build();
        try (Teacher teacher = Teacher.load(teacherFolder, counting)) {
            distiller(teacher).train(config).close();
            allocations.set(0);
            assertThrows(IOException.class, () -> distiller(teacher).train(config));
            BootDistiller other = new BootDistiller(teacher).conditions(PROMPTS.withNegative("another"));
            assertThrows(ModelFormatException.class, () -> other.resume(temp.resolve("run"), 1));
            assertThrows(ModelFormatException.class, () -> other.open(temp.resolve("run"), 1));
            assertEquals(0, allocations.get());
        }
    }

    /** A network of the user's: the teacher's behind another name, and with no folder of its own. */
    private record Own(Network inner) implements Network {

        @Override
        public ImageShape input() {
            return inner.input();
        }

        @Override
        public int outputChannels() {
            return inner.outputChannels();
        }

        @Override
        public List<String> scalars() {
            return inner.scalars();
        }

        @Override
        public List<TimeLayers> timeLayers() {
            return inner.timeLayers();
        }

        @Override
        public ConditionShape condition() {
            return inner.condition();
        }

        @Override
        public Value describe(GraphBuilder graph) {
            return inner.describe(graph);
        }
    }

    /** It learns, is measured and draws, but the pipeline's folder describes another network than its own. */
    @Test
    void studentOfAnotherNetworkIsNotSaved() throws IOException {
        Path run = temp.resolve("run");
        try (Teacher teacher = Teacher.load(teacherFolder, device());
                Student student = new BootDistiller(teacher, new Own(teacher.network())).conditions(PROMPTS)
                        .train(config().images(2).folder(run).build())) {
            assertEquals(4, student.images(DRAW).size());
            String message = assertThrows(UnsupportedOperationException.class,
                    () -> student.save(temp.resolve("saved"))).getMessage();
            assertTrue(message.contains("only a student with the network of its diffusers teacher"), message);
        }
        assertTrue(Files.exists(run.resolve("state.safetensors")));
        assertFalse(Files.exists(run.resolve("student")) || Files.exists(temp.resolve("saved")));
    }
}
