package io.bootdistill.phase;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.lesson.Losses;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Mlp;
import io.bootdistill.phase.GivenWalks.Line;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What students learn from a Gaussian with the mean 0.3 and the deviation 0.5, against numbers in closed form. */
@Tag("fast")
public class PhaseLessonTest {

    private static final GaussianTeacher TEACHER = new GaussianTeacher(0.3, 0.5);

    /** Of numbers that are given with six digits, in arithmetic of seven. */
    private static final double TOLERANCE = 2e-6;

    private static final Walks ALONE = Walks.defaults().withUses(1, 1);

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private GivenWalks given(PhaseObjective objective, float... noises) {
        return new GivenWalks(device(), TEACHER, objective, noises);
    }

    private static Cmt cmt(int steps, int ends) {
        return Cmt.defaults().withSteps(steps, ends).withWalks(ALONE);
    }

    private static Consistency consistency(int steps) {
        return Consistency.defaults().withSteps(steps, 0).withSupervised(0).withWalks(ALONE);
    }

    private static Progressive progressive(int steps) {
        return Progressive.defaults().withSteps(steps, steps / 2).withWalks(ALONE);
    }

    /** The walk of four steps from ε = 1: (t, y, x, f). A phase of one point learns f, one of all the sample. */
    @ParameterizedTest
    @CsvSource({
        "0,       0,       1,      .3",
        "1,      .3,    .825, .381081",
        "2, .354054, .677027, .510811",
        "3, .458559, .593919, .640541"})
    void samplesLearnAlongTheWalk(int i, double y, double x, double f) {
        for (int ends : new int[] {1, 4}) {
            try (GivenWalks walks = given(cmt(4, ends), 1, -0.7f)) {
                walks.learn(0, i);
                assertEquals(y, walks.room.values(walks.lesson.ring.start(0))[0], TOLERANCE);
                assertEquals(x, walks.states()[0], TOLERANCE);
                assertEquals(ends == 1 ? 0.640541 : f, walks.goals()[0], TOLERANCE, "of " + ends);
                assertEquals(f, TEACHER.predict(x, 1 - i / 4.0), TOLERANCE);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"2, .5, .16", "4, .640541, .061622", "8, .714785, .009651", "50, .785397, -.039778"})
    void directDistillationLearnsTheSample(int steps, double first, double second) {
        try (GivenWalks walks = given(Direct.defaults().withSteps(steps).withWalks(ALONE), 1, -0.7f)) {
            walks.learn(0, 0);
            assertEquals(first, walks.goals()[0], TOLERANCE);
            assertEquals(second, walks.goals()[1], TOLERANCE);
            assertEquals(1, walks.states()[0]);
        }
    }

    /** m + slope·ε: the teacher's two calls of each step but the last. */
    @ParameterizedTest
    @CsvSource({"1, 0", "2, .22", "4, .390889", "8, .460761", "50, .498170"})
    void heunsWalksEndNearer(int steps, double slope) {
        Direct objective = Direct.defaults().withSteps(steps).withWalks(ALONE.withSolver(Solver.HEUN));
        try (GivenWalks walks = given(objective, 1, -0.7f)) {
            walks.learn(0, 0);
            assertEquals(0.3 + slope, walks.goals()[0], TOLERANCE);
            assertEquals(0.3 - 0.7 * slope, walks.goals()[1], TOLERANCE);
        }
    }

    /** x = .4, t = .75 → .625 → .5: the goal does not depend on the noise that the state is told to be made of. */
    @Test
    void goalIsThatOfThePaper() {
        float[] noise = {0, 1, -2};
        float[] start = new float[noise.length];
        float[] end = new float[noise.length];
        SignalOde ode = new SignalOde(TEACHER.schedule());
        for (int i = 0; i < noise.length; i++) {
            double[] y = {(0.4 - 0.75 * noise[i]) / 0.25};
            double[] epsilon = {noise[i]};
            start[i] = (float) y[0];
            y = ode.step(Solver.DDIM, GivenTeacher.of(TEACHER), y, epsilon, 0.75, 0.625);
            end[i] = (float) ode.step(Solver.DDIM, GivenTeacher.of(TEACHER), y, epsilon, 0.625, 0.5)[0];
        }
        try (GivenWalks walks = given(progressive(8), noise)) {
            walks.draw(0, 2);
            walks.room.kernels().upload(start, 0, walks.lesson.ring.start(0).data());
            walks.room.kernels().upload(end, 0, walks.lesson.ring.known(0).data());
            walks.room.learn(walks.lesson, 0);
            for (int i = 0; i < noise.length; i++) {
                assertEquals(0.4, walks.states()[i], TOLERANCE);
                assertEquals(0.3506075, walks.goals()[i], TOLERANCE);
            }
        }
        double middle = ddim(0.4, 0.75, 0.625);
        double last = ddim(middle, 0.625, 0.5);
        double ratio = 0.5 / 0.75;
        assertEquals(0.3506075, (last - ratio * 0.4) / (0.5 - ratio * 0.25), TOLERANCE, "the paper's formula");
    }

    /** The state after a step of the teacher. */
    private static double ddim(double x, double t, double s) {
        double f = TEACHER.predict(x, t);
        return (1 - s) * f + s / t * (x - (1 - t) * f);
    }

    /** A teacher as a function of arrays. */
    private interface GivenTeacher {

        static SignalOde.Predictor of(GaussianTeacher teacher) {
            return (x, t) -> new double[] {teacher.predict(x[0], t)};
        }
    }

    /**
     * F* = (x_e − (σ_e/σ_i) x_i)/(α_e − (σ_e/σ_i) α_i), whatever the schedule, also where signal is left at t_max, and the state is
     * pure noise all the same.
     */
    @Test
    void goalIsThatOfThePaperOnDiscreteTimes() {
        double[] products = new double[100];
        for (int i = 0; i < products.length; i++) {
            products[i] = Math.exp(-0.005 - 5 * Math.pow((i + 1) / 100.0, 2));
        }
        NoiseSchedule schedule = new DiscreteSchedule(products);
        Denoiser teacher = new Scheduled(TEACHER, schedule);
        int steps = 20;
        try (GivenWalks ends = new GivenWalks(device(), teacher, cmt(steps, 4), 1, -0.7f);
                GivenWalks states = new GivenWalks(device(), teacher, cmt(steps, 1), 1, -0.7f)) {
            states.learn(0, 0);
            assertEquals(1, states.states()[0], TOLERANCE, "x at t_max");
            for (int i = 0; i < steps; i++) {
                int e = (i / 5 + 1) * 5;
                ends.learn(0, i);
                double x = ends.states()[0];
                double end = ends.room.values(ends.lesson.ring.known(0))[0]; // the sample: y_N = x_N
                double t = schedule.trailing(i, steps);
                double alpha = e == steps ? 1 : schedule.alpha(schedule.trailing(e, steps));
                double sigma = e == steps ? 0 : schedule.sigma(schedule.trailing(e, steps));
                double xEnd = alpha * end + sigma;
                double ratio = sigma / schedule.sigma(t);
                double expected = (xEnd - ratio * x) / (alpha - ratio * schedule.alpha(t));
                assertEquals(expected, ends.goals()[0], 2e-5, "i = " + i);
            }
        }
    }

    /** The Gaussian's prediction at other noise levels: f = m + α s² (x − α m)/(α² s² + σ²). */
    private record Scheduled(GaussianTeacher gaussian, NoiseSchedule schedule) implements Denoiser {

        @Override
        public ImageShape shape() {
            return gaussian.shape();
        }

        @Override
        public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
            for (int i = 0; i < n; i++) {
                double a = schedule.alpha(t[i]);
                double s = schedule.sigma(t[i]);
                double square = gaussian.deviation() * gaussian.deviation();
                f[i] = (float) (gaussian.mean() + a * square / (a * a * square + s * s) * (x[i] - a * gaussian.mean()));
            }
        }
    }

    /** 8 → 4 → 2 → 1 steps: each student leaves the sample where the teacher's eight steps had it. */
    @Test
    void progressiveRoundsKeepTheSample() {
        double[] atNoise = {0.320305, 0.385153, 0.714785};
        Denoiser teacher = TEACHER;
        for (int round = 0; round < 3; round++) {
            int grid = 8 >> round;
            List<double[]> lines = new ArrayList<>();
            try (GivenWalks walks = new GivenWalks(device(), teacher, progressive(grid), 0, 1)) {
                for (int i = 0; i < grid; i += 2) {
                    Line line = walks.goal(0, i);
                    lines.add(new double[] {line.offset(), line.slope()});
                }
            }
            AffineTeacher student = new AffineTeacher(lines.toArray(double[][]::new));
            assertEquals(atNoise[round], student.predict(1, 1), TOLERANCE, "F*(1, t = 1)");
            assertEquals(0.714785, student.sample(1), TOLERANCE);
            if (round == 1) {
                assertEquals(0.185329, student.predict(0, 0.5), TOLERANCE);
                assertEquals(0.764472, student.predict(1, 0.5) - student.predict(0, 0.5), TOLERANCE);
            }
            teacher = student;
        }
    }

    /** Student and average as the teacher: the pair from .75 to .5, and the last, which needs no average. */
    @Test
    void consistencyLearnsWhatTheAverageSaysOneStepFurther() {
        try (GivenWalks walks = given(consistency(4).withWeighting(SnrWeighting.FLAT), 1, 1)) {
            walks.become(walks.student, Line.of(TEACHER, 0.75), 0.75);
            walks.become(walks.average, Line.of(TEACHER, 0.5), 0.5);
            Losses losses = walks.learn(0, 1);
            assertEquals(0.510811, walks.goals()[0], TOLERANCE);
            assertEquals(0.016830, losses.total(), TOLERANCE);
            walks.become(walks.student, Line.of(TEACHER, 0.25), 0.25);
            walks.become(walks.average, 100, 100);
            losses = walks.learn(0, 3);
            assertEquals(0.640541, walks.goals()[0], TOLERANCE);
            assertEquals(0, losses.total(), TOLERANCE * TOLERANCE);
        }
    }

    /** From the end of the walk back: what has been learnt at a point makes the goal of the one before. */
    private List<Line> converged(PhaseObjective objective, Denoiser teacher, int steps) {
        List<Line> lines = new ArrayList<>();
        try (GivenWalks walks = new GivenWalks(device(), teacher, objective, 0, 1)) {
            for (int i = steps - 1; i >= 0; i--) {
                if (!lines.isEmpty()) {
                    walks.become(walks.average, lines.get(0), 1 - (i + 1.0) / steps);
                }
                lines.add(0, walks.goal(0, i));
            }
        }
        return lines;
    }

    @Test
    void convergedConsistencySaysTheSample() {
        double[] slopes = {0.340541, 0.454054, 0.646154, 0.923077};
        List<Line> lines = converged(consistency(4), TEACHER, 4);
        for (int i = 0; i < 4; i++) {
            assertEquals(slopes[i], lines.get(i).slope(), 4 * TOLERANCE, "at " + i);
        }
        assertEquals(0.640541, lines.get(0).at(1), TOLERANCE);
    }

    /** Ends at .5 and at the sample, all as the teacher. */
    @Test
    void tractLeadsToTheEndOfThePhase() {
        Tract tract = Tract.defaults().withSteps(4, 2, 2).withWalks(ALONE);
        try (GivenWalks walks = given(tract, 1, 1)) {
            walks.become(walks.average, Line.of(TEACHER, 0.75), 0.75);
            walks.learn(0, 0);
            assertEquals(0.354054, walks.goals()[0], TOLERANCE);
            walks.become(walks.average, Line.of(TEACHER, 0.25), 0.25);
            walks.learn(0, 2);
            assertEquals(0.640541, walks.goals()[0], TOLERANCE);
        }
    }

    /** 8 → 2 → 1 steps: the sample of progressive distillation. */
    @Test
    void convergedTractKeepsTheSample() {
        List<Line> first = converged(Tract.defaults().withSteps(8, 2, 2).withWalks(ALONE), TEACHER, 8);
        assertEquals(0.385153, first.get(0).at(1), TOLERANCE, "y at .5");
        assertEquals(0.542576, (first.get(0).at(1) - 0.3) * 0.5 + 0.5, TOLERANCE, "x − α m at .5");
        assertEquals(0.764472, first.get(4).slope(), 4 * TOLERANCE);
        double[][] ends = {{first.get(0).offset(), first.get(0).slope()}, {first.get(4).offset(), first.get(4).slope()}};
        List<Line> second = converged(Tract.defaults().withSteps(2, 1, 1).withWalks(ALONE), new AffineTeacher(ends), 2);
        assertEquals(0.414785, second.get(0).slope(), 4 * TOLERANCE);
        assertEquals(0.714785, second.get(0).at(1), TOLERANCE);
    }

    /** In the second round, the teacher is the student of the first, f̂ = x − t (p + q x). */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void studentTeachesTheNextRound(int round) {
        double p = -0.2;
        double q = 0.7;
        Progressive objective = Progressive.defaults().withSteps(8, 1).withWalks(ALONE);
        try (GivenWalks walks = given(objective, 0, 1, -0.7f)) {
            walks.become(walks.average, p, q);
            walks.lesson.beginRound(walks.room.kernels(), walks.average.parameters());
            walks.become(walks.average, 5, 5);
            int grid = 8 >> round;
            SignalOde ode = new SignalOde(TEACHER.schedule());
            for (int i = 0; i < grid; i += 2) {
                walks.learn(round, i);
                for (int k = 0; k < 3; k++) {
                    double noise = new double[] {0, 1, -0.7}[k];
                    double[] y = {0};
                    for (int step = 0; step < i; step++) {
                        y = along(ode, p, q, y, noise, step, grid);
                    }
                    double[] end = along(ode, p, q, along(ode, p, q, y, noise, i, grid), noise, i + 1, grid);
                    double t = 1 - (double) i / grid;
                    double s = t - 2.0 / grid;
                    double expected = y[0] + (end[0] - y[0]) / (s == 0 ? 1 : (t - s) / (t * (1 - s)));
                    assertEquals(expected, walks.goals()[k], TOLERANCE, "round " + round + ", i = " + i);
                }
            }
        }
    }

    private static double[] along(SignalOde ode, double p, double q, double[] y, double noise, int step, int grid) {
        double t = 1 - (double) step / grid;
        double x = (1 - t) * y[0] + t * noise;
        double f = x - t * (p + q * x);
        double c = step + 1 == grid ? 1 : ode.schedule().step(t, t - 1.0 / grid);
        return new double[] {y[0] + c * (f - y[0])};
    }

    /** Of one noise, and of scales of their own. */
    @Test
    void studentThatTeachesIsToldTheScale() {
        Progressive objective = Progressive.defaults().withSteps(4, 1).withWalks(ALONE);
        try (GivenWalks walks = new GivenWalks(
                device(), TEACHER, new Mlp(1, 4, 1, 0, List.of("w")), objective, null, 1, 1, 1)) {
            walks.average.load(parameter -> {
                float[] values = new float[parameter.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) Math.sin(1 + i + parameter.name().length());
                }
                return values;
            });
            walks.lesson.beginRound(walks.room.kernels(), walks.average.parameters());
            walks.learn(1, 0);
            float[] goals = walks.goals();
            float[] scales = walks.draws.samples.scales();
            assertTrue(scales[0] != scales[1] && scales[1] != scales[2] && scales[0] != scales[2]);
            assertTrue(Math.abs(goals[0] - goals[1]) > 1e-4 && Math.abs(goals[1] - goals[2]) > 1e-4, Arrays.toString(goals));
        }
    }

    /** A pair of means 0 and .3, guided by 3, is a Gaussian of the mean .9. */
    @Test
    void guidedTeacherIsAnotherGaussian() {
        Denoiser teacher = new Denoiser() {
            @Override
            public ImageShape shape() {
                return TEACHER.shape();
            }

            @Override
            public NoiseSchedule schedule() {
                return TEACHER.schedule();
            }

            @Override
            public ConditionShape condition() {
                return new ConditionShape.Label(2);
            }

            @Override
            public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
                for (int i = 0; i < n; i++) {
                    f[i] = (float) new GaussianTeacher(0.3 * condition[i], 0.5).predict(x[i], t[i]);
                }
            }
        };
        GaussianTeacher guided = new GaussianTeacher(0.9, 0.5);
        assertEquals(0.8, guided.predict(0.2, 0.5), TOLERANCE);
        try (GivenWalks walks = new GivenWalks(device(), teacher, cmt(4, 4), new Guidance(3, 0), 1, -0.7f)) {
            walks.room.conditions = (seed, condition, at) -> condition[at] = 1;
            for (int i = 0; i < 4; i++) {
                walks.learn(0, i);
                assertEquals(guided.predict(walks.states()[0], 1 - i / 4.0), walks.goals()[0], TOLERANCE, "i = " + i);
            }
        }
    }

    /** The gradient of the mean of |r|: as for squares with 2 |r| divided out, or within 0.001 of 0, less. */
    @Test
    void absoluteErrorsPullAlike() {
        Direct objective = Direct.defaults().withSteps(4).withWalks(ALONE);
        float[] squared = gradient(objective, new Line(0, 0));
        double r = -0.640541;
        float[] absolute = gradient(objective.withLoss(PixelLoss.ABSOLUTE), new Line(0, 0));
        float[] far = gradient(objective.withLoss(PixelLoss.ABSOLUTE), new Line(-5, 0));
        for (int i = 0; i < squared.length; i++) {
            assertEquals(squared[i] / (2 * Math.abs(r)), absolute[i], 1e-5, "parameter " + i);
        }
        int bias = Math.toIntExact(Graph.of(new Mlp(1, 4, 1, 0)).layout().find("out.bias").offset());
        assertEquals(2 * r * -1, squared[bias], 1e-5, "f̂ = x − F at t = 1");
        assertEquals(1, absolute[bias], 1e-6);
        assertEquals(1, far[bias], 1e-6, "however far it is");
        float[] near = gradient(objective.withLoss(PixelLoss.ABSOLUTE), new Line(0.640541 - 2.5e-4, 0));
        assertEquals(0.25, near[bias], 0.01, "a quarter of the way to 0.001");
    }

    private float[] gradient(PhaseObjective objective, Line line) {
        try (GivenWalks walks = given(objective, 1, 1)) {
            walks.become(walks.student, line, 1);
            walks.learn(0, 0);
            return walks.room.gradient();
        }
    }

    @Test
    void lossesHaveTheirWeights() {
        double snr = Math.pow(0.75 / 0.25, 2);
        for (SnrWeighting weighting : SnrWeighting.values()) {
            try (GivenWalks walks = given(cmt(4, 1).withWeighting(weighting), 1, 1)) {
                walks.become(walks.student, Line.of(TEACHER, 0.75), 0.75);
                assertEquals(weighting.weight(1.0 / 9) * Math.pow(0.381081 - 0.640541, 2), walks.learn(0, 1).total(), 1e-5);
                walks.become(walks.student, new Line(0, 0), 0.25);
                assertEquals(weighting.weight(snr) * Math.pow(0.640541, 2), walks.learn(0, 3).total(), 1e-4);
            }
        }
        assertEquals(1, SnrWeighting.FLAT.weight(9));
        assertEquals(9, SnrWeighting.TRUNCATED.weight(9));
        assertEquals(1, SnrWeighting.TRUNCATED.weight(0.5));
        assertEquals(1e4, SnrWeighting.TRUNCATED.weight(Double.POSITIVE_INFINITY));
        assertEquals(10, SnrWeighting.PLUS_ONE.weight(9));
        assertTrue(SnrWeighting.PLUS_ONE.weight(0) == 1 && SnrWeighting.PLUS_ONE.weight(1e9) == 1e4);
    }
}
