package io.bootdistill.matching;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.Golden;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the online network learns from samples of its own. */
@Tag("fast")
public class OnlineLessonTest {

    private static final int BATCH = MatchingRoom.BATCH;
    private static final double TOLERANCE = 2e-5;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private MatchingRoom room(double guidance) {
        return new MatchingRoom(
                device(), Corrector.defaults().withShare(1).withOnline(new OnlineSamples.Own(1, guidance)),
                MatchingRoom.Guided.YES, BATCH);
    }

    private static OnlineLesson lesson(MatchingRoom plane) {
        return (OnlineLesson) plane.parts.get(0).lesson();
    }

    /** Its gradient is that of (1/n) Σ ‖F_ψ(x_τ, τ) − (ε' − y)‖², x_τ = (1 − τ) y + τ ε', y = ε − F_θ(ε, t_min). */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5})
    void gradientIsThatOfTheLoss(double guidance) {
        try (MatchingRoom plane = room(guidance);
                Plan plan = new Plan(plane.online, BATCH, Plan.Mode.TRAINING);
                Gradients lane = new Gradients(plane.online)) {
            OnlineLesson lesson = lesson(plane);
            plane.room.run(lesson, 80);
            OnlineDraws.Part part = lesson.parts[0];
            float[] noise = plane.room.values(plane.room.worker().noise());
            float[] y = plane.room.values(plane.room.worker().y());
            plane.room.kernels().noise(BATCH, 1, part.again(), 0, plane.room.worker().noise());
            float[] again = plane.room.values(plane.room.worker().noise());
            double[] tau = part.atTau().times();
            float[] ofStudent = output(plane, plane.student, noise, new float[BATCH],
                    plane.room.values(part.atEnd().condition()));
            float[] x = new float[y.length];
            float[] times = new float[BATCH];
            for (int i = 0; i < y.length; i++) {
                double t = tau[i / MatchingRoom.PIXEL];
                assertEquals(noise[i] - ofStudent[i], y[i], TOLERANCE, "value " + i);
                x[i] = (float) ((1 - t) * y[i] + t * again[i]);
                times[i / MatchingRoom.PIXEL] = (float) plane.schedule.networkTime(t);
            }
            run(plane, plan, x, times, plane.room.values(part.atTau().condition()));
            float[] output = plane.room.values(plan.y());
            for (int i = 0; i < output.length; i++) {
                output[i] = 2 * (output[i] - (again[i] - y[i])) / output.length;
            }
            plane.room.kernels().upload(output, 0, plan.dy().data());
            plan.backward(plane.room.kernels(), BATCH, lane, false);
            float[] expected = plane.room.values(lane.flat());
            float[] found = plane.room.values(plane.room.learners.get(plane.online).gradients.flat());
            assertTrue(Golden.norm(found) > 1e-2, "there is a gradient");
            for (int i = 0; i < found.length; i++) {
                expected[i] -= found[i];
            }
            assertTrue(Golden.norm(expected) < 1e-4 * Golden.norm(found), Golden.norm(expected) + " off");
            assertEquals(0, Golden.norm(plane.room.gradient()), "the student's");
            assertEquals(5, plane.room.learners.get(plane.online).begun, "its own step");
        }
    }

    private static float[] output(
            MatchingRoom plane, Model model, float[] x, float[] times, float[] labels) {
        try (Plan plan = new Plan(model, BATCH, Plan.Mode.INFERENCE)) {
            run(plane, plan, x, times, labels);
            return plane.room.values(plan.y());
        }
    }

    private static void run(MatchingRoom plane, Plan plan, float[] x, float[] times, float[] labels) {
        plane.room.kernels().upload(x, 0, plan.x().data());
        plane.room.kernels().upload(times, 0, plan.scalar(ScalarInputs.TIME).data());
        plane.room.kernels().upload(labels, 0, plan.condition().data());
        plan.forward(plane.room.kernels(), BATCH);
    }

    /** A tenth of its samples are learnt without their labels, where that is needed; the student is always told. */
    @Test
    void someSamplesAreLearntWithoutTheirLabels() {
        int steps = 400;
        for (double guidance : new double[] {0, 0.5}) {
            try (MatchingRoom plane = room(guidance)) {
                OnlineLesson lesson = lesson(plane);
                int labelled = 0;
                int left = 0;
                for (int step = 0; step < steps; step++) {
                    lesson.draw(step, plane.room.kernels());
                    float[] own = plane.room.values(lesson.parts[0].atEnd().condition());
                    float[] told = plane.room.values(lesson.parts[0].atTau().condition());
                    for (int i = 0; i < BATCH; i++) {
                        assertTrue(told[i] == own[i] || told[i] == MatchingRoom.NULL, "label " + told[i]);
                        labelled += own[i] == MatchingRoom.NULL ? 0 : 1;
                        left += own[i] == told[i] ? 0 : 1;
                    }
                }
                double expected = guidance == 0 ? 0 : 0.1 * labelled;
                assertEquals(expected, left, 4 * Math.sqrt(0.9 * expected), "of " + labelled + ": four standard deviations");
            }
        }
    }

    /** What it learns from, and what moves the student, share no number. */
    @Test
    void samplesAreNotThoseThatMoveTheStudent() {
        try (MatchingRoom plane = room(0)) {
            OnlineDraws.Part own = lesson(plane).parts[0];
            CorrectorDraws.Part other = ((MatchingLesson) plane.parts.get(1).lesson()).parts[0];
            for (Corrector.Part part : plane.parts) {
                part.lesson().draw(80, plane.room.kernels());
            }
            double[] tau = own.atTau().times();
            double[] others = other.atTau().times();
            assertEquals(BATCH, Arrays.stream(tau).filter(t -> Arrays.stream(others).noneMatch(o -> o == t)).count());
            assertFalse(Arrays.equals(plane.room.values(own.seeds()), plane.room.values(other.seeds())));
            assertFalse(Arrays.equals(plane.room.values(own.again()), plane.room.values(other.again())));
            assertFalse(Arrays.equals(own.atEnd().conditions(), other.atEnd().conditions()));
            double[] drawn = tau.clone();
            lesson(plane).draw(80, plane.room.kernels());
            assertArrayEquals(drawn, own.atTau().times(), "a function of the step");
        }
    }
}
