package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.internal.work.ConditionTable;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.metric.PairedError;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trajectory error of students that read prompts. */
@Tag("fast")
final class PromptTrajectoryErrorTest {

    private static final int STEPS = 2;
    private static final int FINE = 24;
    private static final String NEGATIVE = "a bad photo";
    private static final List<String> PROMPTS = List.of("a cat", "a dog");
    private static final DrawRequest DRAW = DrawRequest.ofPrompts(PROMPTS).withSeed(40);

    @TempDir
    Path temp;

    private Teacher teacher;
    private Student student;
    private double[] ends;

    @BeforeEach
    void distil() throws IOException {
        teacher = Teacher.load(TinyPipeline.write(temp.resolve("teacher")), Devices.named("reference"));
        student = new BootDistiller(teacher).conditions(ConditionSource.prompts(PROMPTS).withNegative(NEGATIVE))
                .train(DistillationConfig.builder().objective(Trajectories.defaults().withSteps(2).withUses(1, 1).withEnd(0.5))
                        .noCorrector().batch(2).block(1).lanes(2).images(4).workers(2).seed(3).guidance(2).heldOut(0)
                        .optimiser(OptimiserConfig.ofStudents().withEmaHalfLife(0)).build());
        ends = new double[] {teacher.schedule().tMax(), teacher.schedule().tMin()};
    }

    @AfterEach
    void close() {
        student.close();
        teacher.close();
    }

    private double last(DrawRequest request) {
        return TrajectoryError.of(student, teacher, request, ends, STEPS)[1];
    }

    /** The end of the path is what the sampler makes in many steps. */
    @Test
    void endIsTheSamplers() {
        GuidanceInterval half = new GuidanceInterval(0.5, 1);
        SampleRequest noise = SampleRequest.ofSeeds(40, 41).withLabels(0, 1);
        float[] exact;
        try (ConditionTable table = teacher.pipeline().conditions(
                PROMPTS, List.of(NEGATIVE), teacher.pipeline().picture(teacher.shape()))) {
            exact = Sampler.reference(teacher.resolved().withConditions(table), FINE)
                    .withGuidance(new Guidance(2, 2, half, 0.5)).sample(noise);
        }
        double expected = PairedError.rmse(student.latents(DRAW), exact);
        DrawRequest guided = DRAW.withGuidance(2).withNegative(NEGATIVE).asReference(half, 0.5);
        double error = TrajectoryError.of(student, teacher, guided, ends, FINE)[1];
        assertEquals(expected, error, 1.0 / FINE * expected, "the sampler is of first order");
    }

    @Test
    void guidanceChangesThePath() {
        DrawRequest guided = DRAW.withGuidance(2).withNegative(NEGATIVE);
        double error = last(guided);
        for (DrawRequest other : List.of(DRAW.withGuidance(1), DRAW.withGuidance(2), guided.withGuidance(3),
                guided.asReference(new GuidanceInterval(0.5, 1), 0), guided.asReference(GuidanceInterval.ALWAYS, 0.5))) {
            assertTrue(Math.abs(last(other) - error) > 1e-4 * error, "the same as " + error);
        }
        assertEquals(last(DRAW.withGuidance(teacher.usualGuidance())), last(DRAW), "the usual scale");
    }

    @Test
    void whatReadsNoPromptsIsRefused() throws IOException {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> last(DrawRequest.ofLabels(1))).getMessage().contains("prompts"));
        TinyTeacher.write(temp.resolve("classes"), "v_prediction");
        try (Teacher classes = Teacher.load(temp.resolve("classes"), Devices.named("reference"))) {
            assertTrue(assertThrows(IllegalArgumentException.class,
                    () -> TrajectoryError.of(student, classes, DRAW, ends, STEPS)).getMessage().contains("reads prompts"));
        }
        student.save(temp.resolve("student"));
        try (Student folded = Student.load(temp.resolve("student"), Devices.named("reference"))) {
            assertTrue(assertThrows(IllegalArgumentException.class,
                    () -> TrajectoryError.of(folded, teacher, DRAW, ends, STEPS)).getMessage().contains("folded"));
        }
    }
}
