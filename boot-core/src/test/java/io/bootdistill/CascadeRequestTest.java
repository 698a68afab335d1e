package io.bootdistill;

import static io.bootdistill.format.RawFiles.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.NoiseConditioning;
import io.bootdistill.metric.PairedError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the stages of a cascade take of a request: one of a single step before one that denoises, or both denoise. */
@Tag("fast")
class CascadeRequestTest {

    private static final DrawRequest REQUEST = DrawRequest.ofLabels(0, 2).withSeed(7);

    private final Device device = Devices.named("reference");

    @TempDir
    Path temp;

    private Teacher teacher;
    private Cascade cascade;

    @BeforeEach
    void makeStages() throws IOException {
        teacher = TinyStages.teacher(device);
        cascade = new Cascade(TinyStages.student(temp, device),
                DenoisingStudents.of(teacher, FewSteps.DDIM, new GuidanceRange(1, 3)));
    }

    @AfterEach
    void close() {
        cascade.close();
        teacher.close();
    }

    /** What the second stage makes of the first one's pictures. */
    private static DrawRequest second(Cascade cascade, DrawRequest first) {
        return DrawRequest.ofCount(2).withSeeds(LongStream.of(7, 8).map(seed -> Philox.seed(seed, NoiseConditioning.DRAW + 1, 0))
                .toArray()).withImages(TinyStages.SMALL, PairedError.clamp(cascade.first().pixels(first)));
    }

    @Test
    void eachStageTakesWhatItCan() {
        DrawRequest larger = second(cascade, REQUEST);
        Student second = cascade.second();
        float[] three = cascade.pixels(REQUEST.withSteps(3));
        assertArrayEquals(second.pixels(larger.withSteps(3)), three, "steps are the second's");
        float[] renoised = cascade.pixels(REQUEST.withSteps(3).withSampler(FewSteps.RENOISE));
        assertArrayEquals(second.pixels(larger.withSteps(3).withSampler(FewSteps.RENOISE)), renoised, "so is the sampler");
        assertFalse(Arrays.equals(three, renoised));
        float[] guided = cascade.pixels(REQUEST.withGuidance(3));
        assertArrayEquals(second.pixels(larger.withGuidance(3)), guided, "and the scale");
        assertArrayEquals(second.pixels(larger.withGuidance(2)), cascade.pixels(REQUEST), "or the middle");
        assertFalse(Arrays.equals(guided, cascade.pixels(REQUEST)));
        assertArrayEquals(cascade.pixels(REQUEST), cascade.pixels(REQUEST.withSize(16, 16)));
    }

    @Test
    void stagesTakeStepsUpToTheirMost() throws IOException {
        try (Teacher classes = Teacher.load(temp.resolve("stage-1"), device);
                Cascade both = new Cascade(DenoisingStudents.of(classes, FewSteps.RENOISE),
                        DenoisingStudents.of(teacher, FewSteps.DDIM))) {
            DrawRequest larger = second(both, REQUEST.withSteps(50));
            assertArrayEquals(both.second().pixels(larger.withSteps(60)), both.pixels(REQUEST.withSteps(60)));
            assertFalse(Arrays.equals(both.small(REQUEST), both.small(REQUEST.withSteps(2))));
            assertArrayEquals(both.first().pixels(REQUEST.withSteps(2).withSampler(FewSteps.DDIM)),
                    both.small(REQUEST.withSteps(2).withSampler(FewSteps.DDIM)));
        }
    }

    @Test
    void refusesWhatNeitherStageCanTake() throws IOException {
        assertMessage(refused(cascade, REQUEST.withSteps(51).withSampler(FewSteps.RENOISE)), "steps is 51, must be 1 … 50");
        assertMessage(refused(cascade, REQUEST.withGuidance(4)), "guidance is 4.0, must be 1.0, or 1.0 … 3.0");
        assertMessage(refused(cascade, REQUEST.withSize(8, 16)), "the size is 8x16, must be 16x16");
        assertMessage(refused(cascade, REQUEST.asReference()), "reference is asked for, must be left out");
        assertMessage(refused(cascade, REQUEST.withImages(TinyStages.SMALL, new float[64])), "images is given");
        Student first = Student.load(saved(), device);
        try (Cascade one = new Cascade(first, new BootDistiller(teacher).cascade(first, 2).train(
                TinyStages.distillation(8).heldOut(0).build()))) {
            assertMessage(refused(one, REQUEST.withSteps(2)), "steps is 2, must be 1 for these students");
            assertMessage(refused(one, REQUEST.withSampler(FewSteps.DDIM)), "sampler is DDIM, must be left out");
        }
    }

    private Path saved() throws IOException {
        cascade.first().save(temp.resolve("first"));
        return temp.resolve("first");
    }

    private static Exception refused(Cascade cascade, DrawRequest request) {
        return assertThrows(IllegalArgumentException.class, () -> cascade.pixels(request));
    }
}
