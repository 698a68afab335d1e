package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.Mlp;
import io.bootdistill.objective.Bootstrap;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Students of a guided teacher, above all those that are given the scale. */
@Tag("fast")
public class GuidanceTest {

    private static final OptimiserConfig FAST =
            OptimiserConfig.ofStudents().withEmaHalfLife(0).withRate(1e-2).withWarmupImages(0);
    private static final long[] SEEDS = {1, 2, 3, 4, 5};
    private static final int[] LABELS = {0, 1, 2, 0, 1};
    private static final SampleRequest REQUEST = SampleRequest.ofSeeds(SEEDS).withLabels(LABELS);

    @TempDir
    Path temp;

    private Path folder;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    @BeforeEach
    void writeTeacher() throws IOException {
        folder = temp.resolve("teacher");
        TinyTeacher.write(folder, "v_prediction");
    }

    private static DistillationConfig.Builder config() {
        return DistillationConfig.builder().objective(Bootstrap.defaults()).noCorrector()
                .batch(6).block(3).lanes(2).images(6 * 4).workers(2).seed(3).heldOut(0)
                .optimiser(OptimiserConfig.ofStudents().withEmaHalfLife(0));
    }

    private Student train(Teacher teacher, DistillationConfig.Builder config) throws IOException {
        return new BootDistiller(teacher).train(config.build());
    }

    @Test
    void studentThatIsGivenTheScaleStartsAsTheTeacher() throws IOException {
        try (Teacher teacher = Teacher.load(folder, device());
                Student plain = train(teacher, config().learningRate(1e-30));
                Student given = train(teacher, config().learningRate(1e-30).guidance(1, 4))) {
            assertEquals(new GuidanceRange(1, 4), given.guidance());
            float[] expected = plain.sample(SEEDS, LABELS);
            for (double scale : new double[] {1, 2.5, 4}) {
                assertArrayEquals(expected, given.sample(REQUEST.withGuidance(scale)));
            }
        }
    }

    @Test
    void studentLearnsTheScale() throws IOException {
        try (Teacher teacher = Teacher.load(folder, device());
                Student student = train(teacher, config().optimiser(FAST).guidance(1, 4))) {
            float[] least = student.sample(REQUEST.withGuidance(1));
            float[] middle = student.sample(SEEDS, LABELS);
            assertTrue(PairedError.rmse(least, student.sample(REQUEST.withGuidance(4))) > 1e-3);
            assertArrayEquals(middle, student.sample(REQUEST.withGuidance(2.5)), "the middle unless said otherwise");
        }
    }

    @Test
    void scalesOutsideTheRangeAreRefused() throws IOException {
        try (Teacher teacher = Teacher.load(folder, device());
                Student range = train(teacher, config().guidance(1, 4));
                Student fixed = train(teacher, config().guidance(2))) {
            for (double scale : new double[] {0.9, 4.1, Double.NaN}) {
                IllegalArgumentException refused =
                        assertThrows(IllegalArgumentException.class, () -> range.sample(REQUEST.withGuidance(scale)));
                String start = "guidance is " + scale + ", must be " + (scale >= 0 ? "1.0 … 4.0" : "finite and at least 0");
                assertTrue(refused.getMessage().startsWith(start), refused.getMessage());
            }
            assertArrayEquals(fixed.sample(SEEDS, LABELS), fixed.sample(REQUEST.withGuidance(2)));
            assertThrows(IllegalArgumentException.class, () -> fixed.sample(REQUEST.withGuidance(1)));
        }
    }

    @Test
    void savedStudentKeepsTheScale() throws IOException {
        Path whole = temp.resolve("whole");
        Path single = temp.resolve("single");
        try (Teacher teacher = Teacher.load(folder, device());
                Student student = train(teacher, config().optimiser(FAST).guidance(1, 4))) {
            student.save(whole);
            student.save(single, 3);
            float[] expected = student.sample(REQUEST.withGuidance(3));
            try (Student loaded = Student.load(whole, device()); Student folded = Student.load(single, device())) {
                assertEquals(new GuidanceRange(1, 4), loaded.guidance());
                Golden.values("whole", expected, loaded.sample(REQUEST.withGuidance(3)));
                assertEquals(new GuidanceRange(3, 3), folded.guidance());
                Golden.values("folded", expected, folded.sample(SEEDS, LABELS));
                assertFalse(java.util.Arrays.equals(folded.sample(SEEDS, LABELS), loaded.sample(REQUEST.withGuidance(1))));
            }
            assertThrows(ModelFormatException.class, () -> Teacher.load(whole, device()), "not of the format");
            Teacher.load(single, device()).close();
        }
    }

    @Test
    void negativeLabelIsLedAwayFrom() throws IOException {
        try (Teacher teacher = Teacher.load(folder, device());
                Student fromNull = train(teacher, config().guidance(2));
                Student byName = train(teacher, config().guidance(2).negativeLabel(teacher.nullLabel()));
                Student fromOne = train(teacher, config().guidance(2).negativeLabel(1))) {
            float[] expected = fromNull.sample(SEEDS, LABELS);
            assertArrayEquals(expected, byName.sample(SEEDS, LABELS));
            assertTrue(PairedError.rmse(expected, fromOne.sample(SEEDS, LABELS)) > 0);
            assertThrows(IllegalArgumentException.class, () -> train(teacher, config().guidance(2).negativeLabel(4)));
        }
    }

    @Test
    void networkThatIsGivenTheScaleNeedsARange() {
        MixtureTeacher teacher = new MixtureTeacher(new FlowSchedule(), MixtureTeacher.ring(3, 1), 0.4, true);
        BootDistiller distiller = new BootDistiller(teacher, new Mlp(2, 8, 1, 4).withScalar("w"), device());
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> distiller.train(config().guidance(2).build()));
        assertTrue(refused.getMessage().startsWith("guidance is 2.0"), refused.getMessage());
    }
}
