package io.bootdistill.matching;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.GraphBuilder;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.Value;
import io.bootdistill.objective.GivenNoise;
import io.bootdistill.objective.LessonRoom;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Where all is known: numbers of a teacher's N(0.3, 0.5²), of a student's N(0.1, 0.8²), y = 0.1 + 0.8 ε, and an online network that
 * has learnt these, at τ = ½ of the flow schedule.
 */
@Tag("fast")
public class MatchedGaussiansTest {

    private static final double TAU = 0.5;

    /** The figures have six decimals. */
    private static final double TOLERANCE = 1e-6;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    /** o = weight·x + bias, at all times. */
    private record Line() implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(1, 1, 1);
        }

        @Override
        public int outputChannels() {
            return 1;
        }

        @Override
        public List<String> scalars() {
            return List.of(ScalarInputs.TIME);
        }

        @Override
        public ConditionShape condition() {
            return new ConditionShape.None();
        }

        @Override
        public Value describe(GraphBuilder graph) {
            return graph.linear("line", graph.x(), 1, null);
        }

        static Model of(double weight, double bias, Device device) {
            Model model = new Model(Graph.of(new Line()), device, true);
            model.load(parameter -> new float[] {(float) (parameter.name().endsWith("weight") ? weight : bias)});
            return model;
        }

        /** The exact denoiser of N(m, s²) at τ, f = m + k (x − α m), where f = x − τ o. */
        static Model ofGaussian(double m, double s, Device device) {
            double alpha = 1 - TAU;
            double k = alpha * s * s / (alpha * alpha * s * s + TAU * TAU);
            return of((1 - k) / TAU, -m * (1 - k * alpha) / TAU, device);
        }
    }

    private record Numbers() implements Denoiser {

        @Override
        public ImageShape shape() {
            return new ImageShape(1, 1, 1);
        }

        @Override
        public NoiseSchedule schedule() {
            return new FlowSchedule();
        }

        @Override
        public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
            throw new AssertionError("the network is to be called");
        }
    }

    /** A step of samples with these noises: dL/dy of each, and the gradient of the student's weight and bias. */
    private record Moved(double[] dy, double[] gradient) {

        static Moved of(
                Device plain, Matching matching, Matching.Weighting weighting, double lambda, float[] noise, float[] again) {
            int n = noise.length;
            Device device = new GivenNoise(plain, noise, again);
            Corrector options = new Corrector(1, 0, lambda, 1e-3, 0).withOnline(new OnlineSamples.Own(1, 0))
                    .withMatching(matching).withWeighting(weighting);
            try (Model teacher = Line.ofGaussian(0.3, 0.5, device);
                    Model student = Line.of(1 - 0.8, -0.1, device); // y = ε − o
                    LessonRoom room = new LessonRoom(
                            new TeacherModel(new Numbers(), teacher, Prediction.FLOW, null, null), student, n, n, null)) {
                Model online = Line.ofGaussian(0.1, 0.8, device);
                List<Corrector.Part> parts =
                        options.lessons(room, online, Prediction.FLOW, OptimiserConfig.ofStudents(), 10);
                try (MatchingLesson lesson = (MatchingLesson) parts.get(1).lesson()) {
                    lesson.draw(parts.get(1).first(), room.kernels());
                    for (int i = 0; i < n; i++) {
                        lesson.draws.set(i, i, TAU, 1 - TAU, TAU);
                    }
                    lesson.draws.table.upload(room.kernels());
                    room.learn(lesson);
                    float[] y = room.values(room.worker().y());
                    float[] target = room.values(room.worker().target());
                    double[] dy = new double[n];
                    for (int i = 0; i < n; i++) {
                        dy[i] = (y[i] - target[i]) / lambda;
                    }
                    float[] gradient = room.gradient();
                    return new Moved(dy, student.graph().layout().all().stream()
                            .mapToDouble(parameter -> gradient[(int) parameter.offset()]).toArray());
                } finally {
                    parts.get(0).lesson().close();
                }
            }
        }
    }

    private static Matching matching(double a) {
        return Double.isNaN(a) ? new Matching.Stopped() : new Matching.Through(a);
    }

    /** ε = 1, ε' = −½: y = 0.9, x_τ = 0.2, f = 0.32, g = 0.217073, d = 0.102927, e = −0.58. */
    @ParameterizedTest
    @CsvSource({
        "NaN, FLAT, -0.102927", "NaN, ERROR, -0.177460", "NaN, OUTPUT, -0.205854", "NaN, NOISE, -0.025732",
        "0, FLAT, 0.028000", "0.5, FLAT, 0.047581", "1, FLAT, 0.067162", "1.2, FLAT, 0.074995",
        "0, ERROR, 0.048276", "0.5, ERROR, 0.082037", "1, ERROR, 0.115797", "1.2, ERROR, 0.129302"})
    void gradientOfASample(double a, Matching.Weighting weighting, double expected) {
        for (double lambda : new double[] {1, 3}) {
            Moved moved = Moved.of(device(), matching(a), weighting, lambda, new float[] {1}, new float[] {-0.5f});
            assertArrayEquals(new double[] {expected}, moved.dy, TOLERANCE);
        }
    }

    /** A quadratic of both noises has its mean over normal ones at ±1. */
    @ParameterizedTest
    @CsvSource({
        "NaN, -0.160000, 0.152195", "0.5, -0.128000, 0.214558", "1, -0.097561, 0.185604", "1.2, -0.085385, 0.174022"})
    void meanGradientOfTheStudent(double a, double ofMean, double ofDeviation) {
        Moved moved = Moved.of(
                device(), matching(a), Matching.Weighting.FLAT, 1, new float[] {1, 1, -1, -1}, new float[] {1, -1, 1, -1});
        double mean = 0;
        double deviation = 0;
        for (int i = 0; i < 4; i++) {
            mean += moved.dy[i] / 4;
            deviation += (i < 2 ? 1 : -1) * moved.dy[i] / 4;
        }
        assertEquals(ofMean, mean, TOLERANCE);
        assertEquals(ofDeviation, deviation, TOLERANCE);
        // y = (1 − weight) ε − bias, and the loss is the mean of (λ dL/dy)², whose gradient by y is 2 λ dL/dy
        assertArrayEquals(new double[] {-2 * ofDeviation, -2 * ofMean}, moved.gradient, 2 * TOLERANCE);
    }

    /** The weight of a sample that has reached its prediction is limited, and the sample stays. */
    @Test
    void errorsHaveALeast() {
        double noise = (0.32 - 0.1) / 0.8; // y = 0.32, at x_τ = 0.2
        double again = 0.4 - 0.32;
        Moved moved = Moved.of(device(), new Matching.Stopped(), Matching.Weighting.ERROR, 1e-3, new float[] {(float) noise},
                new float[] {(float) again});
        assertEquals(-0.102927e5, moved.dy[0], 0.02e5);
    }
}
