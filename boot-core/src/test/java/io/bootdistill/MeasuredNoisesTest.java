package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Evaluation;
import io.bootdistill.config.Length;
import io.bootdistill.config.Work;
import io.bootdistill.device.Devices;
import io.bootdistill.internal.distillation.DistillationSetup;
import io.bootdistill.internal.run.TimeBudget;
import io.bootdistill.phase.Cmt;
import io.bootdistill.phase.Progressive;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On how many noises a run is measured that does not say it, and what it then writes. */
@Tag("fast")
class MeasuredNoisesTest {

    @TempDir
    Path temp;

    /** Steps of 90 passes; references of 4 + 1 passes; an evaluation after every 100th step, and one at the end. */
    private static DistillationConfig.Builder config(long steps) {
        return DistillationConfig.builder().batch(10).images(10 * steps).referenceSteps(4).checkpointImages(1_000);
    }

    private static MeasuredNoises plain() {
        return new MeasuredNoises(90, 0, 1, false, false);
    }

    private static int noises(MeasuredNoises measured, DistillationConfig.Builder config) {
        return measured.decided(config.build()).evaluation().heldOut();
    }

    @Test
    void theyTakeATenthOfTheRun() {
        // 50 steps are 4500 passes, so that 500 may be for measuring: 5 for a reference sample and 1 to evaluate it
        assertEquals(500 / 6, noises(plain(), config(50)));
        // 200 steps: 2000 passes, 5 and 2 + 1
        assertEquals(2_000 / 8, noises(plain(), config(200)));
        assertEquals(500 / 11, noises(plain(), config(50).guidance(2)), "guided references cost twice as much");
        assertEquals(500 / 2, noises(plain(), config(50).referenceSteps(1)));
    }

    @Test
    void atMostAThousandAndAtLeastSixteen() {
        assertEquals(1_000, noises(plain(), config(100_000).checkpointImages(1_000_000)));
        // 16 noises cost 16 (5 + 1) = 96 passes, and s steps allow 10 s
        assertEquals(16, noises(plain(), config(10)));
        assertEquals(0, noises(plain(), config(9)), "90 of 96 passes");
    }

    /** 18 noises would fit into 110 passes, but noises of prompts come by four. */
    @Test
    void noneWhereTheUnitsThatFitAreTooFew() {
        MeasuredNoises ofFour = new MeasuredNoises(90, 0, 4, false, false);
        assertEquals(16, noises(ofFour, config(11)));
        MeasuredNoises ofNine = new MeasuredNoises(90, 0, 9, false, false);
        assertEquals(18, noises(ofNine, config(11)));
        assertEquals(0, noises(ofNine, config(10)), "9 are less than 16");
    }

    @Test
    void aNumberThatIsGivenStays() {
        assertEquals(0, noises(plain(), config(50).heldOut(0)));
        assertEquals(5_000, noises(plain(), config(50).heldOut(5_000)));
    }

    @Test
    void whatElseCosts() {
        // each evaluation of 200 steps makes its reference: 3 (5 + 1)
        assertEquals(2_000 / 18, noises(new MeasuredNoises(90, 0, 1, true, false), config(200)));
        // the pictures of both at 2 passes each, but of the first 64 alone
        assertEquals(500 / 10, noises(new MeasuredNoises(90, 2, 1, false, false), config(50)));
        assertEquals((1_000 - 4 * 64) / 6, noises(new MeasuredNoises(90, 2, 1, false, false), config(100).checkpointImages(2_000)));
        // 16 samples of the format's sampler, 80 of the 500
        assertEquals(420 / 6, noises(new MeasuredNoises(90, 0, 1, false, true), config(50)));
        assertEquals(420 / 6 / 4 * 4, noises(new MeasuredNoises(90, 0, 4, false, true), config(50)), "a few for each prompt");
    }

    /** 16, 8, 4, 2 and 1 steps in 1/8, 1/8, 1/8, 1/4 and 3/8 of the run. */
    @Test
    void studentsOfSeveralStepsCostSoMuchMore() {
        assertEquals(500 / (5 + 4), noises(plain(), config(50).objective(Cmt.defaults().withSteps(8, 4))));
        assertEquals((int) (500 / (5 + 28 / 8.0 + 0.5 + 0.375)), noises(plain(), config(50).objective(Progressive.defaults())));
    }

    private static DistillationSetup setup(Teacher teacher, DistillationConfig config) {
        return Decisions.of(new BootDistiller(teacher).setup(config), null);
    }

    @Test
    void theDefaultsForASmallTeacher() throws IOException {
        try (Teacher teacher = Teacher.load(BundledTeacher.folder(), Devices.named("reference"))) {
            DistillationConfig config = setup(teacher, DistillationConfig.builder().build()).config();
            assertEquals(new Work(64, 16, 8, config.work().workers()), config.work());
            assertEquals(new Evaluation(1_000, 50), config.evaluation());
            assertEquals(1_000, setup(teacher, DistillationConfig.paper().build()).config().evaluation().heldOut());
            int few = setup(teacher, DistillationConfig.builder().images(30 * 64).build()).config().evaluation().heldOut();
            assertTrue(few >= MeasuredNoises.LEAST, "30 steps are measured, too: " + few);
        }
    }

    /** What was decided is written, so that the run goes on as it began. */
    @Test
    void decisionsAreWritten() throws IOException {
        TinyTeacher.write(temp.resolve("teacher"), "v_prediction");
        try (Teacher teacher = Teacher.load(temp.resolve("teacher"), Devices.named("reference"))) {
            DistillationConfig.Builder config = DistillationConfig.builder().batch(4).images(8).referenceSteps(2);
            new BootDistiller(teacher).train(config.folder(temp.resolve("run")).build()).close();
            DistillationConfig written = DistillationConfig.read(temp.resolve("run/config.json"));
            assertEquals(0, written.evaluation().heldOut());
            assertEquals(16, written.work().block());
            assertEquals(8, written.work().lanes());
        }
    }

    /** 54 s of a minute at 90 passes a second: 49 s of steps allow 490 passes, 6 for a noise; what these leave is for steps. */
    @Test
    void aTimeBudgetIsShared() {
        DistillationConfig asked = config(1).length(Length.time(Duration.ofMinutes(1))).checkpointImages(1_000_000).build();
        DistillationConfig fitted = Decisions.fitted(asked, new TimeBudget.Cost(1, 90), plain());
        assertEquals(new Evaluation(490 / 6, 4), fitted.evaluation());
        assertEquals((long) (54 - 490 / 6 * 6 / 90.0), fitted.steps());
        DistillationConfig given = Decisions.fitted(asked.toBuilder().heldOut(30).build(), new TimeBudget.Cost(1, 90), plain());
        assertEquals(30, given.evaluation().heldOut());
        assertEquals(51, given.steps(), "2 s for 30 noises, and the evaluations of a few images more");
    }
}
