package io.bootdistill;

import static io.bootdistill.format.RawFiles.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both stages of DeepFloyd IF, tiny ones, from text states that were computed before. */
@Tag("fast")
class DeepFloydTest {

    private static final String FOX = "a red fox";
    private static final String BOAT = "a boat";
    private static final ImageShape SHAPE = new ImageShape(3, 16, 8);
    private static final ImageShape SMALL = new ImageShape(3, 8, 4);

    /** The draw of a picture's seed for the noise of the one that it is made of. */
    private static final int IMAGE_DRAW = 1 << 20;

    private final Device device = Devices.named("reference");
    private final float[] images = TinyFolders.normal(2 * SMALL.size(), 12);
    private float[] states;

    @TempDir
    Path temp;

    @BeforeEach
    void write() throws IOException {
        for (int stage = 1; stage <= 2; stage++) {
            states = TinyFolders.states(TinyFolders.deepFloyd(folder(stage), stage).resolve("text_states.safetensors"),
                    TinyFolders.WIDTH, FOX, "", BOAT);
        }
    }

    private Path folder(int stage) {
        return temp.resolve("if" + stage);
    }

    private Teacher load(int stage) {
        return Teacher.load(folder(stage), device);
    }

    private DrawRequest two(int stage) {
        DrawRequest request = DrawRequest.ofPrompts(FOX, BOAT).withSteps(2).withSeed(7);
        return stage == 1 ? request : request.withImages(SMALL, images);
    }

    private float[] text(int row) {
        int size = TinyFolders.TOKENS * TinyFolders.WIDTH;
        return Arrays.copyOfRange(states, row * size, (row + 1) * size);
    }

    /** DDIM from t to s with a guided, thresholded prediction of x₀, from the outputs of the network. */
    private double[] step(float[] x, float[] output, float[] nullOutput, double w, double most, int t, int s) {
        double[] alphas = alphas();
        double a = Math.sqrt(alphas[t]);
        double sigma = Math.sqrt(1 - alphas[t]);
        double[] f = new double[SHAPE.size()];
        for (int i = 0; i < f.length; i++) {
            f[i] = (x[i] - sigma * (nullOutput[i] + w * (output[i] - nullOutput[i]))) / a;
        }
        double[] limited = limited(f, most);
        double[] next = new double[f.length];
        for (int i = 0; i < f.length; i++) {
            next[i] = Math.sqrt(alphas[s]) * limited[i] + Math.sqrt(1 - alphas[s]) * (x[i] - a * limited[i]) / sigma;
        }
        return next;
    }

    /** Dynamic thresholding at the quantile 0.95. */
    static double[] limited(double[] f, double most) {
        double[] sizes = Arrays.stream(f).map(Math::abs).sorted().toArray();
        double place = 0.95 * (f.length - 1);
        int below = (int) place;
        double limit = Math.min(most, Math.max(1, sizes[below] + (place - below) * (sizes[below + 1] - sizes[below])));
        return Arrays.stream(f).map(value -> Math.max(-limit, Math.min(limit, value)) / limit).toArray();
    }

    /** ᾱ of squaredcos_cap_v2. */
    private static double[] alphas() {
        double[] alphas = new double[1000];
        double product = 1;
        for (int i = 0; i < 1000; i++) {
            product *= 1 - Math.min(0.999, 1 - bar((i + 1) / 1000.0) / bar(i / 1000.0));
            alphas[i] = product;
        }
        return alphas;
    }

    private static double bar(double t) {
        return Math.pow(Math.cos((t + 0.008) / 1.008 * Math.PI / 2), 2);
    }

    private void requireStep(int stage, double[] expected, DrawRequest request) {
        float[] found = new float[SHAPE.size()];
        try (Teacher teacher = load(stage)) {
            teacher.latents(request, (step, from, n, x) -> {
                if (step == 0) {
                    System.arraycopy(x, 0, found, 0, found.length);
                }
            });
        }
        for (int i = 0; i < found.length; i++) { // float32 networks beside each other, divided by α
            assertEquals(expected[i], found[i], 1e-5 / Math.sqrt(alphas()[500]), "value " + i);
        }
    }

    @Test
    void firstStepIsGuidedAndThresholded() {
        float[] noise = TinyFolders.normal(SHAPE.size(), 3);
        try (NetworkOutput network = new NetworkOutput(folder(1), device)) {
            float[] output = network.at(noise, 500, text(0), 0);
            float[] nullOutput = network.at(noise, 500, text(1), 0);
            double[] expected = step(noise, output, nullOutput, 7, 1.5, 500, 0);
            requireStep(1, expected, DrawRequest.ofPrompts(FOX).withNoise(noise).withSteps(2));
            nullOutput = network.at(noise, 500, text(2), 0);
            requireStep(1, step(noise, output, nullOutput, 3, 1.5, 500, 0),
                    DrawRequest.ofPrompts("  A Red FOX\n").withNoise(noise).withSteps(2).withGuidance(3).withNegative(BOAT));
        }
    }

    @Test
    void firstStepReadsTheSmallerPicture() {
        float[] noise = TinyFolders.normal(SHAPE.size(), 3);
        double share = alphas()[100];
        float[] whole = Arrays.copyOf(noise, 2 * noise.length);
        for (int c = 0; c < 3; c++) {
            for (int i = 0; i < 16; i++) {
                for (int j = 0; j < 8; j++) {
                    double y = i * 7 / 15.0;
                    double x = j * 3 / 7.0;
                    double z = 0;
                    for (int row = 0; row < 8; row++) {
                        for (int column = 0; column < 4; column++) { // hats: 1 at their own pixel, 0 at the next
                            z += Math.max(0, 1 - Math.abs(y - row)) * Math.max(0, 1 - Math.abs(x - column))
                                    * images[(c * 8 + row) * 4 + column];
                        }
                    }
                    int place = (c * 16 + i) * 8 + j;
                    whole[noise.length + place] =
                            (float) (Math.sqrt(share) * z + Math.sqrt(1 - share) * Philox.normal(7, IMAGE_DRAW, place));
                }
            }
        }
        try (NetworkOutput network = new NetworkOutput(folder(2), device)) {
            float[] output = network.at(whole, 500, text(0), 100);
            double[] expected = step(noise, output, network.at(whole, 500, text(1), 100), 4, 1, 500, 0);
            requireStep(2, expected, DrawRequest.ofPrompts(FOX).withSteps(2).withNoise(noise).withSeed(7).withNoiseLevel(100)
                    .withImages(SMALL, Arrays.copyOf(images, SMALL.size())));
        }
    }

    /** A picture is a function of its prompt, its seed and what it is made of, whatever is drawn beside it, by any worker. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void picturesDoNotDependOnOthers(int stage) {
        try (Teacher teacher = load(stage)) {
            float[] all = teacher.latents(two(stage).withCount(2), null);
            assertEquals(4 * SHAPE.size(), all.length);
            assertArrayEquals(all, teacher.latents(two(stage).withCount(2), null));
            for (int i = 0; i < 4; i += 3) { // the first and the last
                DrawRequest one = DrawRequest.ofPrompts(i == 0 ? FOX : BOAT).withSteps(2).withSeed(7 + i);
                int from = i / 2 * SMALL.size();
                one = stage == 1 ? one : one.withImages(SMALL, Arrays.copyOfRange(images, from, from + SMALL.size()));
                assertArrayEquals(Arrays.copyOfRange(all, i * SHAPE.size(), (i + 1) * SHAPE.size()), teacher.latents(one, null));
            }
            assertFalse(Arrays.equals(Arrays.copyOf(all, SHAPE.size()), Arrays.copyOfRange(all, SHAPE.size(), 2 * SHAPE.size())));
            assertEquals(SHAPE, teacher.picture(two(stage)));
            assertEquals(8, teacher.images(two(stage)).get(0).getWidth());
        }
    }

    /** One image for each picture is the same as one for each prompt, repeated. */
    @Test
    void imageForEachPicture() {
        float[] repeated = new float[4 * SMALL.size()];
        for (int i = 0; i < 4; i++) {
            System.arraycopy(images, i / 2 * SMALL.size(), repeated, i * SMALL.size(), SMALL.size());
        }
        try (Teacher teacher = load(2)) {
            assertArrayEquals(teacher.latents(two(2).withCount(2), null),
                    teacher.latents(two(2).withCount(2).withImages(SMALL, repeated), null));
        }
    }

    @Test
    void drawsOtherSizes() {
        try (Teacher teacher = load(2)) {
            DrawRequest wide = two(2).withSize(24, 8);
            assertEquals(new ImageShape(3, 8, 24), teacher.denoised(wide));
            assertEquals(2 * 3 * 8 * 24, teacher.pixels(wide, null).length);
        }
    }

    private static void requireRefusal(Teacher teacher, DrawRequest request, String... words) {
        assertMessage(assertThrows(IllegalArgumentException.class, () -> teacher.latents(request, null)), (Object[]) words);
    }

    @Test
    void promptsWithoutStates() throws IOException {
        Path file = folder(1).resolve("text_states.safetensors");
        try (Teacher teacher = load(1)) {
            requireRefusal(teacher, DrawRequest.ofPrompts("a red box"), "prompt is \"a red box\"", "nearest", "\"a red fox\"");
            requireRefusal(teacher, DrawRequest.ofLabels(1), "draws from prompts");
        }
        TinyFolders.states(file, TinyFolders.WIDTH, FOX, BOAT);
        try (Teacher teacher = load(1)) {
            requireRefusal(teacher, two(1), file.toString(), "empty prompt", "guidance 1", "negative prompt");
            teacher.latents(two(1).withGuidance(1), null);
            teacher.latents(two(1).withNegative(BOAT), null);
        }
        TinyFolders.states(file, 20, FOX, "");
        assertMessage(assertThrows(ModelFormatException.class, () -> load(1)), file, "20 values per token", "reads 24",
                "encoder_hid_dim");
        new SafetensorsWriter().add("states", new int[] {1, 1, TinyFolders.WIDTH}, new float[TinyFolders.WIDTH])
                .metadata("prompts", FOX).write(file);
        assertMessage(assertThrows(ModelFormatException.class, () -> load(1)), file, "has no tensor mask; add it, [1, 1]");
        Files.delete(file);
        try (Teacher teacher = load(1)) {
            assertTrue(teacher.readsPrompts());
            requireRefusal(teacher, two(1), "file of text states is missing", file.toString());
        }
        Path elsewhere = temp.resolve("elsewhere.safetensors");
        TinyFolders.states(elsewhere, TinyFolders.WIDTH, FOX, "");
        try (Teacher teacher = Teacher.load(folder(1), device, elsewhere)) {
            assertEquals(SHAPE.size(), teacher.latents(DrawRequest.ofPrompts(FOX).withSteps(1), null).length);
        }
        Path other = DrawingGoldenTest.copy(temp.resolve("other"));
        assertMessage(assertThrows(IllegalArgumentException.class, () -> Teacher.load(other, device, elsewhere)),
                elsewhere, "must be left out", "StableDiffusionPipeline");
    }

    @Test
    void imagesThatDoNotFit() {
        try (Teacher teacher = load(2)) {
            requireRefusal(teacher, two(1), "images is missing", "enlarges pictures");
            requireRefusal(teacher, two(2).withImages(SMALL, new float[3 * SMALL.size()]), "number of images is 3",
                    "must be 2, one for each prompt");
            requireRefusal(teacher, two(2).withCount(3).withImages(SMALL, new float[3 * SMALL.size()]), "number of images is 3",
                    "2, one for each prompt, or 6, one for each picture");
            requireRefusal(teacher, two(2).withImages(new ImageShape(3, 16, 10), new float[2 * 480]), "3×16×10", "at most 3×16×8");
            requireRefusal(teacher, two(2).withImages(new ImageShape(1, 8, 4), new float[2 * 32]), "1×8×4", "at most 3×16×8");
            requireRefusal(teacher, two(2).withNoiseLevel(1000), "noise level is 1000", "0 … 999");
        }
        try (Teacher teacher = load(1)) {
            requireRefusal(teacher, two(2), "images is of 3×8×4", "left out");
            requireRefusal(teacher, two(1).withNoiseLevel(3), "noise level is 3", "left out");
        }
        assertMessage(assertThrows(IllegalArgumentException.class, () -> two(1).withImages(SMALL, new float[SMALL.size() + 1])),
                "the length of images is 97", "multiple of 96");
        assertMessage(assertThrows(IllegalArgumentException.class,
                () -> two(1).withImages(new ImageShape(1, 1, 2), new float[] {0, Float.NaN})), "images[1] is NaN");
    }

    /** What was loaded and saved is the same, byte by byte, its text states too. */
    @Test
    void savedPipelineIsTheSame() throws IOException {
        try (Teacher teacher = load(2)) {
            teacher.save(temp.resolve("saved"));
        }
        try (var files = Files.walk(folder(2))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertArrayEquals(Files.readAllBytes(file),
                        Files.readAllBytes(temp.resolve("saved").resolve(folder(2).relativize(file).toString())), file.toString());
            }
        }
    }
}
