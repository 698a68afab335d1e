package io.bootdistill.matching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.matching.MatchingRoom.Guided;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What moves the student where the online network has samples of its own, against the loss itself. */
@Tag("fast")
public class MatchingLessonTest {

    private static final double LAMBDA = 0.5;
    private static final double GUIDANCE = 0.6;

    /** Half of a central difference: its own error is about STEP², that of rounding 1e-7/STEP. */
    private static final double STEP = 0x1p-7;

    private static final double TOLERANCE = 2e-3;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private static Corrector options(Matching matching, Matching.Weighting weighting, double onlineGuidance) {
        return new Corrector(1, 0.5, LAMBDA, 3e-4, GUIDANCE, weighting, matching, new OnlineSamples.Own(3, onlineGuidance),
                new OnlineWeights.Own());
    }

    /** A step of the last block, its values on the host. */
    private static final class Step implements AutoCloseable {

        final MatchingRoom plane;
        final MatchingLesson lesson;
        final double[] tau;
        final float[] labels;
        final float[] y;
        final float[] target;
        final float[] again;
        final double scale;
        final double onlineScale;

        Step(Device device, Matching matching, Matching.Weighting weighting, double onlineGuidance, Guided guided) {
            plane = new MatchingRoom(device, options(matching, weighting, onlineGuidance), guided, 5);
            scale = guided == Guided.YES ? 1 + GUIDANCE * (MatchingRoom.SCALE - 1) : 1;
            onlineScale = guided != Guided.NO ? 1 + onlineGuidance * (MatchingRoom.SCALE - 1) : 1;
            lesson = (MatchingLesson) plane.parts.get(1).lesson();
            lesson.draw(80, plane.room.kernels());
            int last = lesson.parts.length - 1;
            plane.room.learn(lesson, 0);
            plane.room.learn(lesson, last);
            CorrectorDraws.Part part = lesson.parts[last];
            int from = part.atTau().from();
            int n = part.samples();
            tau = Arrays.copyOfRange(part.atTau().times(), from, from + n);
            labels = Arrays.copyOfRange(part.atTau().conditions(), from, from + n);
            y = head(plane.room.values(plane.room.worker().y()), n);
            target = head(plane.room.values(plane.room.worker().target()), n);
            plane.room.kernels().noise(n, 1, part.again(), 0, plane.room.worker().noise());
            again = head(plane.room.values(plane.room.worker().noise()), n);
        }

        private static float[] head(float[] values, int n) {
            return Arrays.copyOf(values, n * MatchingRoom.PIXEL);
        }

        double[] f(float[] samples) {
            return plane.predict(plane.teacher, states(samples), tau, labels, scale);
        }

        double[] g(float[] samples) {
            return plane.predict(plane.online, states(samples), tau, labels, onlineScale);
        }

        private float[] states(float[] samples) {
            float[] x = new float[samples.length];
            for (int i = 0; i < x.length; i++) {
                double t = tau[i / MatchingRoom.PIXEL];
                x[i] = (float) (plane.schedule.alpha(t) * samples[i] + plane.schedule.sigma(t) * again[i]);
            }
            return x;
        }

        /** w of each sample as they are. */
        double[] weights(Matching.Weighting weighting) {
            double[] f = f(y);
            double[] weights = new double[tau.length];
            for (int i = 0; i < weights.length; i++) {
                double distance = 0;
                for (int j = i * MatchingRoom.PIXEL; j < (i + 1) * MatchingRoom.PIXEL; j++) {
                    distance += Math.abs(y[j] - f[j]) / MatchingRoom.PIXEL;
                }
                double sigma = plane.schedule.sigma(tau[i]);
                weights[i] = switch (weighting) {
                    case VARIANCE -> Math.min(1 / (sigma * sigma), 100);
                    case OUTPUT -> 1 / sigma;
                    case FLAT -> 1;
                    case NOISE -> plane.schedule.alpha(tau[i]) * sigma;
                    case ERROR -> 1 / distance;
                };
            }
            return weights;
        }

        @Override
        public void close() {
            plane.close();
        }
    }

    /** target = y + λ w (f̃ − g̃), each guided as far as it is told. */
    @ParameterizedTest
    @CsvSource({
        "VARIANCE, 0, NO", "OUTPUT, 0, NO", "OUTPUT, 0, YES", "FLAT, 0.25, YES", "NOISE, 1, YES", "ERROR, 0.25, YES",
        "FLAT, 0.5, TOLD"})
    void targetIsTheSampleMovedByTheDifference(Matching.Weighting weighting, double onlineGuidance, Guided guided) {
        try (Step step = new Step(device(), new Matching.Stopped(), weighting, onlineGuidance, guided)) {
            double[] f = step.f(step.y);
            double[] g = step.g(step.y);
            double[] weights = step.weights(weighting);
            for (int i = 0; i < f.length; i++) {
                double factor = LAMBDA * weights[i / MatchingRoom.PIXEL];
                assertEquals(step.y[i] + factor * (f[i] - g[i]), step.target[i], 2e-5 * (1 + factor), "value " + i);
            }
        }
    }

    /** (y − target)/λ is the gradient of w Σ d (e − a d) by y, the weight a constant: by differences of each value. */
    @ParameterizedTest
    @CsvSource({
        "0, FLAT, 0, NO", "1, FLAT, 0, NO", "1, OUTPUT, 0, YES", "1.2, ERROR, 0, YES", "0.5, ERROR, 0.25, YES",
        "1, NOISE, 1, YES", "1, VARIANCE, 0, YES", "1, FLAT, 0.5, TOLD"})
    void gradientThroughBothNetworksIsThatOfTheLoss(
            double a, Matching.Weighting weighting, double onlineGuidance, Guided guided) {
        try (Step step = new Step(device(), new Matching.Through(a), weighting, onlineGuidance, guided)) {
            double[] weights = step.weights(weighting);
            double[] expected = new double[step.y.length];
            double largest = 0;
            for (int side = -1; side <= 1; side += 2) {
                for (int place = 0; place < MatchingRoom.PIXEL; place++) {
                    float[] moved = step.y.clone();
                    for (int i = place; i < moved.length; i += MatchingRoom.PIXEL) {
                        moved[i] += (float) (side * STEP);
                    }
                    double[] f = step.f(moved);
                    double[] g = step.g(moved);
                    for (int i = 0; i < moved.length; i++) {
                        double d = f[i] - g[i];
                        double loss = weights[i / MatchingRoom.PIXEL] * d * (f[i] - moved[i] - a * d);
                        expected[i / MatchingRoom.PIXEL * MatchingRoom.PIXEL + place] += side * loss / (2 * STEP);
                    }
                }
            }
            for (double value : expected) {
                largest = Math.max(largest, Math.abs(value));
            }
            assertTrue(largest > 0.1, "there is a gradient");
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], (step.y[i] - step.target[i]) / LAMBDA, TOLERANCE * largest, "value " + i);
            }
        }
    }

    /** The student waits for a tenth of the steps, and then moves in the last of each three; the online network always learns. */
    @Test
    void studentIsMovedInSomeSteps() {
        try (Step step = new Step(device(), new Matching.Stopped(), Matching.Weighting.FLAT, 0, Guided.NO)) {
            assertEquals(2, step.plane.parts.size());
            assertEquals(50, step.plane.parts.get(0).first());
            assertEquals(1, step.plane.parts.get(0).every());
            assertEquals(55, step.plane.parts.get(1).first());
            assertEquals(3, step.plane.parts.get(1).every());
        }
    }
}
