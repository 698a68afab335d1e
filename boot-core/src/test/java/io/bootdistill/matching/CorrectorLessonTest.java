package io.bootdistill.matching;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.Golden;
import io.bootdistill.MixtureTeacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import io.bootdistill.objective.PlaneRoom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The corrector's targets and gradients against their formulas, on an analytic teacher with labels. */
@Tag("fast")
public class CorrectorLessonTest {

    private static final int BATCH = PlaneRoom.BATCH;
    private static final int PIXEL = PlaneRoom.PIXEL;
    private static final Corrector OPTIONS =
            new Corrector(1, 0.5, 0.5, 3e-4, 1).withWeighting(Matching.Weighting.OUTPUT);
    private static final long STEPS = 100;
    private static final double TOLERANCE = 2e-5;

    private final NoiseSchedule schedule = new FlowSchedule();
    private final MixtureTeacher teacher = PlaneRoom.ring(schedule);

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    /**
     * One block of the corrector, its values on the host. The student's outputs are ε − x₀, the online network's α ε − σ x₀,
     * the teacher's x₀ itself.
     */
    private final class Step implements AutoCloseable {

        final PlaneRoom plane;
        final Model online;
        final CorrectorLesson lesson;
        final CorrectorDraws.Part part;
        final double[] tau;
        final float[] labels;
        final float[] scales;
        final float[] again;

        /** Learnt by a step. */
        final float[] y;

        final float[] noise;
        final float[] target;
        final float[] gradient;
        final float[] onlineGradient;

        Step(long step) {
            this(OPTIONS, GuidanceRange.NONE, 0, step);
        }

        Step(Corrector options, GuidanceRange range, double rescale, long step) {
            String[] scalars = range.isWide() ? new String[] {ScalarInputs.GUIDANCE} : new String[0];
            Guidance guidance = range.isNone() ? null
                    : new Guidance(range.least(), teacher.nullLabel(), GuidanceInterval.ALWAYS, rescale);
            plane = new PlaneRoom(teacher, PlaneRoom.network(device(), 3, scalars), BATCH, BATCH, guidance);
            plane.room.range = range;
            online = PlaneRoom.network(device(), 4, scalars);
            lesson = (CorrectorLesson)
                    options.lessons(plane.room, online, Prediction.V, OptimiserConfig.ofStudents(), STEPS).get(0).lesson();
            float[] weights = new float[Math.toIntExact(online.parameters().length())];
            for (int i = 0; i < weights.length; i++) { // those of w would start from 0, which would hide a wrong one
                weights[i] = 0.3f * Philox.normal(4, 0, i);
            }
            plane.kernels.upload(weights, 0, online.parameters());
            online.prepare(plane.kernels, 0, 1);
            plane.run(lesson, step);
            part = lesson.parts[0];
            tau = part.atTau().times();
            labels = part.atTau().conditions();
            scales = part.atTau().scales();
            again = plane.noise(part.again(), BATCH); // ε': drawn as the noise of a sample is
            y = plane.values(plane.room.worker().y());
            noise = plane.values(plane.room.worker().noise());
            target = plane.values(plane.room.worker().target());
            gradient = plane.room.gradient();
            onlineGradient = plane.room.values(plane.room.learners.get(online).gradients.flat());
        }

        /** x_τ. */
        float[] states() {
            float[] x = new float[y.length];
            for (int d = 0; d < x.length; d++) {
                double t = tau[d / PIXEL];
                x[d] = (float) (schedule.alpha(t) * y[d] + schedule.sigma(t) * again[d]);
            }
            return x;
        }

        Map<String, float[]> atTau() {
            float[] networkTau = new float[BATCH];
            for (int i = 0; i < BATCH; i++) {
                networkTau[i] = (float) schedule.networkTime(tau[i]);
            }
            Map<String, float[]> scalars = new HashMap<>(Map.of(ScalarInputs.TIME, networkTau));
            if (plane.room.range.isWide()) {
                scalars.put(ScalarInputs.GUIDANCE, scales);
            }
            return scalars;
        }

        @Override
        public void close() {
            lesson.close();
            plane.close();
        }
    }

    /**
     * target = y + λ/σ_τ (f̃_φ(x_τ) − f_ψ(x_τ)), x_τ = α_τ y + σ_τ ε' and f_ψ = α_τ x_τ − σ_τ F_ψ: unguided, with one w, and with
     * each sample's own, all or a part of it; rescaled, on the host, too.
     */
    @ParameterizedTest
    @CsvSource({"1, 1, 1, 0", "2.5, 2.5, 1, 0", "2.5, 2.5, 0, 0", "2.5, 2.5, 0.25, 0", "1, 3, 0.5, 0", "2.5, 2.5, 0.25, 0.7"})
    void targetIsTheSampleMovedByTheDifferenceOfThePredictions(double least, double most, double share, double rescale) {
        Corrector options =
                new Corrector(1, 0.5, OPTIONS.weight(), 3e-4, share).withWeighting(Matching.Weighting.OUTPUT);
        try (Step step = new Step(options, new GuidanceRange(least, most), rescale, 80)) {
            float[] y = step.y;
            float[] x = step.states();
            assertEquals(least == most ? 1 : BATCH,
                    IntStream.range(0, BATCH).mapToObj(i -> step.scales[i]).distinct().count(), "scales");
            float[] told = new float[x.length];
            float[] none = new float[x.length];
            float[] nulls = new float[BATCH];
            Arrays.fill(nulls, teacher.nullLabel());
            teacher.predict(BATCH, x, step.tau, step.labels, told);
            teacher.predict(BATCH, x, step.tau, nulls, none);
            float[] online = step.plane.output(step.online, x, step.labels, step.atTau());
            float[] residual = step.plane.room.values(step.lesson.mover.desk(step.plane.room.worker()).residual());
            for (int i = 0; i < BATCH; i++) {
                double t = step.tau[i];
                assertTrue(t > 0.02 && t < 0.95, "τ = " + t);
                double alpha = schedule.alpha(t);
                double sigma = schedule.sigma(t);
                double factor = OPTIONS.weight() / sigma;
                new Guidance(1, teacher.nullLabel(), GuidanceInterval.ALWAYS, rescale)
                        .guide(told, none, 1 + share * (step.scales[i] - 1), t, i * PIXEL, PIXEL);
                double squares = 0;
                for (int d = i * PIXEL; d < (i + 1) * PIXEL; d++) {
                    double moved = factor * (told[d] - (alpha * x[d] - sigma * online[d]));
                    assertEquals(y[d] + moved, step.target[d], TOLERANCE * (1 + factor), "sample " + i + ", τ = " + t);
                    squares += moved * moved / PIXEL;
                }
                assertEquals(squares, residual[i], TOLERANCE * (1 + squares) * (1 + factor), "sample " + i);
            }
        }
    }

    /** The gradients are those of (1/n) Σ ‖ε − F_θ − target‖² and (1/n) Σ ‖F_ψ − (α_τ ε' − σ_τ y)‖². */
    @Test
    void gradientsAreThoseOfTheLosses() {
        try (Step step = new Step(80)) {
            float[] learnt = new float[step.y.length];
            float[] output = new float[step.y.length];
            for (int d = 0; d < output.length; d++) {
                double t = step.tau[d / PIXEL];
                learnt[d] = (float) (schedule.alpha(t) * step.again[d] - schedule.sigma(t) * step.y[d]);
                output[d] = step.noise[d] - step.target[d];
            }
            float[] atEnd = new float[BATCH];
            requireGradient(step, step.plane.student, step.noise, Map.of(ScalarInputs.TIME, atEnd), output, step.gradient);
            requireGradient(step, step.online, step.states(), step.atTau(), learnt, step.onlineGradient);
        }
    }

    private void requireGradient(
            Step step, Model model, float[] x, Map<String, float[]> scalars, float[] target, float[] gradient) {
        assertTrue(Golden.norm(gradient) > 1e-3, "there is a gradient");
        try (Plan plan = new Plan(model, BATCH, Plan.Mode.TRAINING);
                Gradients lane = new Gradients(model);
                var kernels = device().openKernels()) {
            kernels.upload(x, 0, plan.x().data());
            scalars.forEach((name, values) -> kernels.upload(values, 0, plan.scalar(name).data()));
            kernels.upload(step.labels, 0, plan.condition().data());
            plan.forward(kernels, BATCH);
            float[] output = new float[x.length];
            kernels.download(plan.y().data(), output, 0);
            for (int d = 0; d < output.length; d++) {
                output[d] = 2 * (output[d] - target[d]) / output.length;
            }
            kernels.upload(output, 0, plan.dy().data());
            plan.backward(kernels, BATCH, lane, false);
            float[] expected = new float[gradient.length];
            kernels.download(lane.flat(), expected, 0);
            for (int i = 0; i < expected.length; i++) {
                expected[i] -= gradient[i];
            }
            assertTrue(Golden.norm(expected) < 1e-4 * Golden.norm(gradient),
                    Golden.norm(expected) + " off, of " + Golden.norm(gradient));
        }
    }

    /** The first tenth of the corrector's steps belong to the online network. */
    @Test
    void studentWaitsForTheOnlineNetwork() {
        assertEquals(50, OPTIONS.firstStep(STEPS));
        try (Step first = new Step(50); Step last = new Step(54); Step later = new Step(55)) {
            for (Step alone : new Step[] {first, last}) {
                assertArrayEquals(alone.y, alone.target);
                assertEquals(0, Golden.norm(alone.gradient));
                assertTrue(Golden.norm(alone.onlineGradient) > 1e-3);
            }
            assertTrue(Golden.norm(later.gradient) > 1e-3);
            assertEquals(5, later.plane.room.learners.get(later.online).begun, "its own step of the online network");
        }
    }
}
