package io.bootdistill.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.Resolved;
import io.bootdistill.Teacher;
import io.bootdistill.TinyTeacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Length;
import io.bootdistill.config.Phase;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.internal.distillation.DistillationSetup;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.training.Crew;
import io.bootdistill.internal.training.Trainer;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.Reducer;
import io.bootdistill.lesson.Worker;
import io.bootdistill.matching.Corrector;
import io.bootdistill.matching.Matching;
import io.bootdistill.matching.OnlineSamples;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.BootstrapLoss.Weighting;
import io.bootdistill.objective.Boundary;
import io.bootdistill.objective.Derivative;
import io.bootdistill.objective.Objective;
import io.bootdistill.objective.Pinn;
import io.bootdistill.objective.TimeSampling;
import io.bootdistill.objective.Trajectories;
import io.bootdistill.phase.Cmt;
import io.bootdistill.phase.Consistency;
import io.bootdistill.phase.Direct;
import io.bootdistill.phase.Progressive;
import io.bootdistill.phase.Tract;
import io.bootdistill.phase.Walks;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What steps cost, and how many fit. */
@Tag("fast")
class TimeBudgetTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private static final int BATCH = 64;
    private static final Boundary NONE = new Boundary.Atom(0);
    private static final Boundary HALF = new Boundary.Atom(0.5);

    /** A step of a second is 64 samples, each 5 passes: 320 passes. */
    private static final Bootstrap DDIM = Bootstrap.defaults().withSolver(Solver.DDIM).withBoundary(NONE);

    @TempDir
    Path temp;

    private final Device device = Devices.named("reference");
    private Teacher teacher;

    @BeforeEach
    void loadTeacher() throws IOException {
        TinyTeacher.write(temp.resolve("teacher"), "v_prediction");
        teacher = Teacher.load(temp.resolve("teacher"), device);
    }

    @AfterEach
    void closeTeacher() {
        teacher.close();
    }

    /** 90 s of 100 s to spend. */
    private static DistillationConfig.Builder budget() {
        return DistillationConfig.builder().objective(DDIM).noCorrector().length(Length.time(Duration.ofSeconds(100)))
                .batch(BATCH).heldOut(0);
    }

    /** Passes of a mean step. */
    private double passes(DistillationConfig.Builder config) {
        long images = TimeBudget.PROVISIONAL_STEPS * BATCH;
        return new DistillationSetup(config.build().toBuilder().images(images).build(),
                Resolved.of(teacher), teacher.network(), device, null, Reducer.LANES).passes();
    }

    /** Passes of a mean step for each sample of its batch. */
    private double passesPerSample(Objective objective) {
        return passes(budget().objective(objective)) / BATCH;
    }

    private long steps(DistillationConfig.Builder config, double seconds) {
        return TimeBudget.steps(config.build(), new TimeBudget.Cost(seconds, passes(config)));
    }

    @Test
    void costsOfLessons() {
        assertEquals(5, passesPerSample(DDIM), "the student at t and s, the teacher once, and backwards");
        assertEquals(6, passesPerSample(DDIM.withSolver(Solver.HEUN)), "a second call of the teacher");
        assertEquals(4.5, passesPerSample(DDIM.withBoundary(HALF)), "the teacher once, the student, and backwards");
        assertEquals(6, passesPerSample(DDIM.withBoundary(new Boundary.Hard())), "the teacher's prediction from the noise");
        assertEquals(5.5, passesPerSample(DDIM.withRestartShare(0.5)), "the student from the noise");
        assertEquals(6, passesPerSample(new Derivative(TimeSampling.UNIFORM, Weighting.FLAT, NONE, 0)), "a tangent");
        assertEquals(5, passesPerSample(new Derivative(TimeSampling.UNIFORM, Weighting.FLAT, HALF, 0)));
        assertEquals(15, passesPerSample(new Pinn(TimeSampling.UNIFORM, Weighting.FLAT, NONE)));
        assertEquals(9.5, passesPerSample(new Pinn(TimeSampling.UNIFORM, Weighting.FLAT, HALF)));
        assertEquals(3 + 11 / 4.0, passesPerSample(Trajectories.defaults()), "a quarter of the samples has a new trajectory");
        Trajectories four = Trajectories.defaults().withSteps(4).withUses(1, 1);
        assertEquals(3 + 5, passesPerSample(four));
        assertEquals(3 + 5 + 0.25, passesPerSample(four.withEnd(0.4).withRestartShare(0.5).withOwnStates(0.5)),
                "the student once more");
    }

    /** As published: two calls of the teacher for a pair of progressive distillation, one for another, and one of an average. */
    @Test
    void costsOfPhases() {
        Walks walks = Walks.defaults();
        assertEquals(3 + 10 / 4.0, passesPerSample(Direct.defaults()));
        assertEquals(3 + 19 / 4.0, passesPerSample(Direct.defaults().withWalks(walks.withUses(4, 1).withSolver(Solver.HEUN))));
        assertEquals(3 + 8 / 8.0, passesPerSample(Cmt.defaults().withSteps(8, 1)));
        assertEquals(3 + 2, passesPerSample(Progressive.defaults()));
        assertEquals(3 + 1 + 32 / 16.0, passesPerSample(Tract.defaults().withSteps(32, 8, 8)));
        assertEquals((3 + 1 + 2.0) / 3 + (3 + 1 + 1.0) * 2 / 3, passesPerSample(Tract.defaults()), 1e-12, "uses of 16, of 8");
        assertEquals(3 + 1 + 16 / 16.0, passesPerSample(Consistency.defaults().withSteps(16, 0).withSupervised(0)));
        assertEquals(3 + 0.8 + 16 / 16.0, passesPerSample(Consistency.defaults().withSteps(16, 0)), 1e-12, "a fifth without it");
        assertEquals(3 + 0.375 * 4 + 0.625 * 2, passes(budget().objective(
                Progressive.defaults().withSteps(8, 1)).guidance(2)) / BATCH, 1e-12, "later teachers know of the guidance");
    }

    /** A step is 4 passes of 64 samples in a second; an evaluation, of 64 noises in 4 steps, takes as long, the reference 5/4. */
    @Test
    void evaluationsOfSeveralSteps() {
        DistillationConfig.Builder config = budget().objective(Cmt.defaults().withSteps(16, 4)).heldOut(64).referenceSteps(4)
                .checkpointImages(64);
        assertEquals(4, passesPerSample(Cmt.defaults().withSteps(16, 4)));
        assertEquals((long) ((90 - 1.25 - 1) / 2), steps(config, 1));
    }

    @Test
    void guidedPredictionsCountTwice() {
        assertEquals(6, passes(budget().guidance(2)) / BATCH);
        assertEquals(8, passes(budget().objective(DDIM.withSolver(Solver.HEUN)).guidance(1, 3)) / BATCH);
        assertEquals(3 + 2 * 11 / 4.0, passes(budget().objective(Trajectories.defaults()).guidance(2)) / BATCH);
        // a step of DDIM is 6 passes per sample instead of 5, the reference 10 instead of 5
        DistillationConfig.Builder config = budget().heldOut(384).referenceSteps(4).checkpointImages(64).guidance(2);
        assertEquals((long) ((90 - 10 - 1) / 2.0), steps(config, 1));
    }

    /** A phase counts as long as it is, a corrector from its first step on. */
    @Test
    void partsOfARunCountByTheirShares() {
        assertEquals(0.25 * (3 + 5) + 0.75 * 5, passes(budget().phases(
                Phase.of(Trajectories.defaults().withSteps(4).withUses(1, 1)).withShare(0.25),
                Phase.of(DDIM).withShare(0.75))) / BATCH, 1e-12);
        Corrector corrector = new Corrector(0.5, 0.75, 10, 3e-4, 1);
        assertEquals(5 + 0.25 * 0.5 * 7, passes(budget().corrector(corrector)) / BATCH, 1e-12);
        assertEquals(6 + 0.25 * 0.5 * 8, passes(budget().corrector(corrector).guidance(2)) / BATCH, 1e-12);
    }

    /** The online network learns in all steps, by 1 + 3 passes; each r-th of 0.9 of them moves the student, by 3 and theirs. */
    @Test
    void correctorsWithSamplesOfTheirOwn() {
        Corrector own = new Corrector(0.5, 0.75, 10, 3e-4, 1).withOnline(new OnlineSamples.Own(2, 0));
        assertEquals(5 + 0.25 * 0.5 * (4 + 0.45 * 5), passes(budget().corrector(own)) / BATCH, 1e-12);
        assertEquals(6 + 0.25 * 0.5 * (4 + 0.45 * 6), passes(budget().corrector(own).guidance(2)) / BATCH, 1e-12);
        Corrector guided = own.withOnline(new OnlineSamples.Own(1, 1));
        assertEquals(6 + 0.25 * 0.5 * (4 + 0.9 * 7), passes(budget().corrector(guided).guidance(2)) / BATCH, 1e-12);
        Corrector through = own.withMatching(new Matching.Through(1));
        assertEquals(5 + 0.25 * 0.5 * (4 + 0.45 * 7), passes(budget().corrector(through)) / BATCH, 1e-12);
    }

    /** A network that is told the scale is called once; the online network, where it is guided, twice. */
    @Test
    void teachersThatAreToldTheScale() {
        try (Model told = new Model(Graph.of(teacher.network().withScalar(ScalarInputs.GUIDANCE)), device, false)) {
            TeacherModel model = new TeacherModel(Resolved.of(teacher).denoiser(), told, Prediction.V, null, null);
            Corrector guided = new Corrector(0.5, 0.75, 10, 3e-4, 1).withOnline(new OnlineSamples.Own(1, 1));
            DistillationConfig config = budget().images(TimeBudget.PROVISIONAL_STEPS * BATCH).corrector(guided).guidance(1, 3)
                    .build();
            double passes = new DistillationSetup(config, model, told.graph().network(), device, null, Reducer.LANES).passes();
            assertEquals(5 + 0.25 * 0.5 * (4 + 0.9 * (3 + 1 + 2)), passes / BATCH, 1e-12);
        }
    }

    /** The steps of all parts are run, and none is counted. */
    @Test
    void measuringLeavesTheStep() {
        DistillationSetup setup = new DistillationSetup(
                budget().batch(4).block(2).images(4 * 100).corrector(new Corrector(0.5, 0.75, 10, 3e-4, 1)).build(),
                Resolved.of(teacher), teacher.network(), device, null, Reducer.LANES);
        try (TrainingState state = setup.newState(); Trainer trainer = setup.newTrainer(state, false)) {
            assertTrue(TimeBudget.seconds(trainer, 100, HOUR) > 0);
            assertEquals(0, state.step());
            assertEquals(4 * 5 + 0.25 * 2 * 7, setup.passes(), 1e-12);
        }
    }

    /** Each stage is timed: also what only a later round makes ready. */
    @Test
    void stagesAreParts() {
        DistillationSetup setup = new DistillationSetup(
                budget().batch(4).block(2).images(4 * 100).objective(Progressive.defaults().withSteps(8, 1)).build(),
                Resolved.of(teacher), teacher.network(), device, null, Reducer.LANES);
        try (TrainingState state = setup.newState(); Trainer trainer = setup.newTrainer(state, false)) {
            assertEquals(List.of(38L, 63L), trainer.assigned().get(0).lesson().rounds());
            float[] before = teacherOfRounds(trainer);
            assertTrue(TimeBudget.seconds(trainer, 100, HOUR) > 0);
            assertFalse(Arrays.equals(before, teacherOfRounds(trainer)), "no later round was timed");
            assertEquals(0, state.step());
        }
    }

    /** Notes the steps in which it takes part; does nothing. */
    private record Noted(List<Long> steps) implements Lesson {

        @Override
        public int blocks() {
            return 0;
        }

        @Override
        public void draw(long step, Kernels kernels) {
            steps.add(step);
        }

        @Override
        public void learn(Worker worker, int block, Gradients lane, boolean accumulate) {}

        @Override
        public Losses losses(Kernels kernels) {
            return Losses.of(0);
        }

        @Override
        public void close() {}
    }

    /**
     * Where a lesson takes part in some steps alone, those with it and those without are measured as often: also in parts that
     * begin between two of its steps, and in short ones.
     */
    @Test
    void stepsWithAndWithoutALessonAreMeasured() {
        Noted always = new Noted(new ArrayList<>());
        Noted seldom = new Noted(new ArrayList<>());
        try (TrainingState state = new TrainingState(new Model(Graph.of(new Mlp(2, 4, 1, 0)), device, true));
                Trainer trainer = new Trainer(state, OptimiserConfig.ofTeachers(), 110, Reducer.LANES,
                        new Crew(state.student, state.student.graph().network().input(), 1, 1, 1, 1, null, null),
                        List.of(new Trainer.Assigned(0, 102, always), new Trainer.Assigned(102, 110, always),
                                new Trainer.Assigned(20, 110, 4, seldom)))) {
            TimeBudget.seconds(trainer, 110, HOUR);
        }
        List<Long> with = measured(23, 4, 99);
        List<Long> lastWith = measured(103, 4, 107);
        assertEquals(Stream.of(measured(0, 1, 19), with, measured(20, 4, 100), lastWith, measured(102, 4, 106))
                .flatMap(List::stream).toList(), always.steps);
        assertEquals(Stream.of(with, lastWith).flatMap(List::stream).toList(), seldom.steps);
    }

    private static List<Long> measured(long first, long period, long last) {
        return LongStream.range(0, 12).mapToObj(i -> Math.min(first + period * i, last)).toList();
    }

    private float[] teacherOfRounds(Trainer trainer) {
        Slice weights = trainer.assigned().get(0).lesson().state().get("teacher");
        float[] values = new float[(int) weights.length()];
        try (Kernels kernels = device.openKernels()) {
            kernels.download(weights, values, 0);
        }
        return values;
    }

    /** A step may take longer than the budget: it is timed once. */
    @Test
    void slowStepsAreTimedOnce() {
        Noted lesson = new Noted(new ArrayList<>());
        try (TrainingState state = new TrainingState(new Model(Graph.of(new Mlp(2, 4, 1, 0)), device, true));
                Trainer trainer = new Trainer(state, OptimiserConfig.ofTeachers(), 110, Reducer.LANES,
                        new Crew(state.student, state.student.graph().network().input(), 1, 1, 1, 1, null, null),
                        List.of(new Trainer.Assigned(0, 110, lesson)))) {
            assertTrue(TimeBudget.seconds(trainer, 110, Duration.ZERO) > 0);
        }
        assertEquals(List.of(0L), lesson.steps);
    }

    /** Two steps at the end of a run, and one before its corrector. */
    @Test
    void partsCanBeShort() {
        DistillationSetup setup = new DistillationSetup(
                budget().batch(4).block(2).images(4 * 100).corrector(new Corrector(0.5, 0.99, 10, 3e-4, 1)).phases(
                        Phase.of(DDIM).withShare(0.98), Phase.of(DDIM.withSolver(Solver.HEUN)).withShare(0.02)).build(),
                Resolved.of(teacher), teacher.network(), device, null, Reducer.LANES);
        try (TrainingState state = setup.newState(); Trainer trainer = setup.newTrainer(state, false)) {
            assertEquals(4 * (0.98 * 5 + 0.02 * 6) + 0.01 * 2 * 7, setup.passes(), 1e-12);
            assertTrue(TimeBudget.seconds(trainer, 100, HOUR) > 0);
        }
    }

    @Test
    void stepsFillTheBudget() {
        assertEquals(90, steps(budget(), 1));
        assertEquals(180, steps(budget(), 0.5));
    }

    @Test
    void evaluationsAreTakenOff() {
        // 640 held-out noises: 2 s an evaluation, 10 s the reference; every other step is evaluated, and the last
        DistillationConfig.Builder config = budget().heldOut(640).referenceSteps(4).checkpointImages(128);
        assertEquals((90 - 10 - 2) / (1 + 1), steps(config, 1));
        // a step is evaluated at most once
        assertEquals((90 - 10 - 2) / (1 + 2), steps(config.checkpointImages(16), 1));
        // one reference step is one prediction
        assertEquals((90 - 2 - 2) / (1 + 2), steps(config.referenceSteps(1).checkpointImages(64), 1));
    }

    @Test
    void timeIsEnoughForWhatIsEvaluated() {
        for (int checkpointImages : new int[] {1, 64, 100, 128, 1000, 100_000}) {
            long steps = steps(budget().heldOut(640).referenceSteps(4).checkpointImages(checkpointImages), 1);
            long evaluations = 0;
            for (long step = 1; step <= steps; step++) {
                boolean crossed = step * BATCH / checkpointImages != (step - 1) * BATCH / checkpointImages;
                evaluations += step == steps || crossed ? 1 : 0;
            }
            long needed = 10 + steps + 2 * evaluations;
            assertTrue(needed <= 90, checkpointImages + " images: " + needed + " s");
            assertTrue(needed > 90 - 5, checkpointImages + " images: " + needed + " s leave too much");
        }
    }

    @Test
    void solverAndBoundaryCount() {
        // Heun 6 passes, half of the samples at the boundary 4: 5 in the mean
        DistillationConfig.Builder config = budget().objective(DDIM.withSolver(Solver.HEUN).withBoundary(HALF))
                .heldOut(320).referenceSteps(4).checkpointImages(64);
        assertEquals((90 - 5 - 1) / 2, steps(config, 1));
    }

    @Test
    void statesThatSamplesRestartFromCount() {
        // half of the samples have a pass more: 352 passes a step
        DistillationConfig.Builder config = budget().objective(DDIM.withRestartShare(0.5))
                .heldOut(352).referenceSteps(4).checkpointImages(64);
        assertEquals((90 - 5 - 1) / 2, steps(config, 1));
    }

    @Test
    void budgetThatTheEvaluationEatsIsRefused() {
        DistillationConfig.Builder config = budget().heldOut(320).referenceSteps(200);
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> steps(config, 1));
        for (String word : new String[] {"timeBudget is 100 s", "202 s", "lower heldOut", "raise timeBudget"}) {
            assertTrue(refused.getMessage().contains(word), refused.getMessage() + " should hold " + word);
        }
        assertThrows(IllegalArgumentException.class, () -> steps(budget(), 91), "not even a step");
    }
}
