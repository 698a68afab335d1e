package io.bootdistill.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig.Builder;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.lesson.UpdateRule;
import io.bootdistill.matching.Corrector;
import io.bootdistill.matching.Matching;
import io.bootdistill.matching.OnlineSamples;
import io.bootdistill.matching.OnlineWeights;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.BootstrapLoss.Weighting;
import io.bootdistill.objective.Boundary;
import io.bootdistill.objective.Delta;
import io.bootdistill.objective.Derivative;
import io.bootdistill.objective.Objective;
import io.bootdistill.objective.Pinn;
import io.bootdistill.objective.TimeSampling;
import io.bootdistill.objective.Trajectories;
import io.bootdistill.phase.Cmt;
import io.bootdistill.phase.Consistency;
import io.bootdistill.phase.Direct;
import io.bootdistill.phase.PhaseObjective;
import io.bootdistill.phase.PixelLoss;
import io.bootdistill.phase.Progressive;
import io.bootdistill.phase.SnrWeighting;
import io.bootdistill.phase.Stage;
import io.bootdistill.phase.Tract;
import io.bootdistill.phase.Walks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class DistillationConfigTest extends ConfigContract<DistillationValues, DistillationConfig> {

    private static final Corrector OWN = Corrector.defaults().withOnline(new OnlineSamples.Own(5, 0.5));

    @Override
    List<DistillationValues> bases() {
        Boundary term = new Boundary.Term(0.2, 2);
        List<Builder> bases = new ArrayList<>(List.of(
                DistillationConfig.builder(),
                DistillationConfig.builder().phases(
                        new Phase(0.25, new Trajectories(8, 2, 3, 0.4, 0, 0), ResidualWeighting.NONE),
                        Phase.defaults().withShare(0.75)),
                DistillationConfig.builder().corrector(Corrector.defaults()).clip(Limit.to(2)),
                DistillationConfig.builder().corrector(OWN),
                DistillationConfig.builder().corrector(OWN.withNetwork(OnlineWeights.Adapter.defaults())),
                DistillationConfig.builder().corrector(OWN.withMatching(new Matching.Through(1.2)))));
        for (Objective objective : List.of(
                Bootstrap.defaults(), Bootstrap.defaults().withBoundary(term), Derivative.defaults(), Pinn.defaults(),
                new Derivative(TimeSampling.UNIFORM, Weighting.FLAT, term, 0.5),
                new Pinn(TimeSampling.UNIFORM, Weighting.FLAT, term),
                Direct.defaults(), Cmt.defaults(), Progressive.defaults(), Consistency.defaults().withSteps(40, 2),
                Tract.defaults())) {
            bases.add(DistillationConfig.builder().objective(objective));
        }
        bases.add(DistillationConfig.builder().phases(Phase.of(Direct.defaults()).withWeighting(ResidualWeighting.NONE)));
        return bases.stream().map(builder -> values(builder.build())).toList();
    }

    private static DistillationValues values(DistillationConfig c) {
        return new DistillationValues(c.length(), c.work(), c.seed(), c.phases(), c.corrector(), c.optimiser(), c.guidance(),
                c.clip(), c.evaluation(), c.output());
    }

    @Override
    DistillationConfig build(DistillationValues values) {
        values.check();
        Builder builder = DistillationConfig.builder();
        set(builder, values);
        return builder.build();
    }

    @Override
    DistillationConfig rebuilt(DistillationConfig config) {
        return config.toBuilder().build();
    }

    @Override
    String json(DistillationConfig config) {
        return config.toJson();
    }

    @Override
    DistillationConfig read(Path file) {
        return DistillationConfig.read(file);
    }

    // ---- the builder

    @Test
    void prompts() {
        DistillationConfig config = DistillationConfig.builder().images(640).forPrompts(3).build();
        assertEquals(List.of(new Phase(1, new Trajectories(10, 8, 96, 1, 0, 0), new ResidualWeighting(0.5, 1e-3))),
                config.phases());
        assertEquals(new GuidanceConfig(new GuidanceRange(3, 3), -1, -1, 0.1, new GuidanceInterval(0, 0.9), 0), config.guidance());
        assertEquals(Length.images(640), config.length());
        assertEquals(new CorrectorChoice.Automatic(), config.corrector());
    }

    @Test
    void defaults() {
        DistillationConfig config = DistillationConfig.builder().build();
        assertEquals(Length.images(256_000), config.length());
        assertEquals(new Work(64, Work.AUTOMATIC, Work.AUTOMATIC, Runtime.getRuntime().availableProcessors()), config.work());
        assertEquals(0, config.seed());
        assertEquals(List.of(new Phase(1, new Trajectories(10, 4, 96, 1, 0, 0), new ResidualWeighting(0.5, 1e-3))),
                config.phases());
        assertEquals(new CorrectorChoice.Automatic(), config.corrector());
        assertEquals(new Corrector(0.25, 0.75, 3.5, 1e-3, 0.5), config.corrector(true));
        assertEquals(new OptimiserConfig(UpdateRule.MUON, 5e-4, 3_200, 0, 0.9, 0.99, 1, 2_000), config.optimiser());
        assertEquals(1, config.guidance().range().least());
        assertEquals(1, config.guidance().range().most());
        assertEquals(new GuidanceConfig(config.guidance().range(), -1, -1, 0.1, GuidanceInterval.ALWAYS, 0), config.guidance());
        assertEquals(new Limit.OfScheduler(), config.clip());
        assertEquals(new Evaluation(Evaluation.AUTOMATIC, 50), config.evaluation());
        assertEquals(new Output(null, 1_600, 16_000), config.output());
        assertEquals(4_000, config.steps());
    }

    /** Each shortcut changes what its name says, and nothing else. */
    @Test
    void shortcuts() {
        Map<String, Consumer<Builder>> shortcuts = Map.ofEntries(
                Map.entry("length.images", b -> b.images(6_400)),
                Map.entry("work.batch", b -> b.batch(128)),
                Map.entry("work.block", b -> b.block(8)),
                Map.entry("work.lanes", b -> b.lanes(4)),
                Map.entry("work.workers", b -> b.workers(77)),
                Map.entry("seed", b -> b.seed(9)),
                Map.entry("optimiser.rate", b -> b.learningRate(1e-3)),
                Map.entry("guidance.range.most", b -> b.guidance(1, 4)),
                Map.entry("guidance.nullLabel", b -> b.nullLabel(3)),
                Map.entry("guidance.negativeLabel", b -> b.negativeLabel(3)),
                Map.entry("evaluation.heldOut", b -> b.heldOut(0)),
                Map.entry("evaluation.referenceSteps", b -> b.referenceSteps(7)),
                Map.entry("output.folder", b -> b.folder(Path.of("run"))),
                Map.entry("output.reportImages", b -> b.reportImages(7)),
                Map.entry("output.checkpointImages", b -> b.checkpointImages(7)));
        DistillationValues defaults = values(DistillationConfig.builder().build());
        shortcuts.forEach((leaf, change) -> {
            Builder builder = DistillationConfig.builder();
            change.accept(builder);
            assertEquals(Set.of(leaf), Leaves.different(defaults, values(builder.build())));
        });
        assertEquals(Length.time(Duration.ofSeconds(90)), DistillationConfig.builder().minutes(1.5).build().length());
        assertEquals(2.5, DistillationConfig.builder().guidance(2.5).build().guidance().range().most());
        assertEquals(2.5, DistillationConfig.builder().guidance(2.5).build().guidance().range().least());
        assertNull(DistillationConfig.builder().noCorrector().build().corrector(true));
        Objective pinn = Pinn.defaults();
        assertEquals(List.of(Phase.of(pinn)), DistillationConfig.builder().objective(pinn).build().phases());
    }

    @Test
    void paperRecipe() {
        DistillationConfig paper = DistillationConfig.paper().build();
        Bootstrap bootstrap = (Bootstrap) paper.phases().get(0).objective();
        assertEquals(1, paper.phases().size());
        assertEquals(Solver.DDIM, bootstrap.solver());
        assertEquals(Delta.fixed(0.05), bootstrap.delta());
        assertEquals(TimeSampling.UNIFORM, bootstrap.times());
        assertEquals(Weighting.INVERSE_DELTA_SQUARED, bootstrap.weighting());
        assertEquals(new Boundary.Term(0.125, 1), bootstrap.boundary());
        assertEquals(0, bootstrap.restartShare());
        assertEquals(0, bootstrap.targetEma());
        assertTrue(paper.phases().get(0).weighting().isNone());
        assertEquals(new OptimiserConfig(UpdateRule.ADAM, 3e-4, 3_200, 0, 0.9, 0.99, 1, 2_000), paper.optimiser());
        assertNull(paper.corrector(true));
        assertEquals(2_500, paper.steps());
    }

    /** An objective from outside, whose elements count by their absolute value. */
    private record Absolute(Walks walks) implements PhaseObjective {

        @Override
        public String key() {
            return "absolute";
        }

        @Override
        public List<Stage> stages() {
            return List.of(new Stage(1, 0, 4, 4, 4, true, 1));
        }

        @Override
        public SnrWeighting weighting() {
            return SnrWeighting.FLAT;
        }

        @Override
        public PixelLoss loss() {
            return PixelLoss.ABSOLUTE;
        }
    }

    @Test
    void absoluteErrorsHaveNoResidualWeights() {
        for (Objective absolute : List.of(Direct.defaults().withLoss(PixelLoss.ABSOLUTE), new Absolute(Walks.defaults()))) {
            Phase plain = Phase.of(absolute).withWeighting(ResidualWeighting.NONE);
            assertEquals(List.of(plain), DistillationConfig.builder().phases(plain).build().phases());
            Builder weighted = DistillationConfig.builder().phases(plain.withWeighting(new ResidualWeighting(0.5, 1e-3)));
            String told = assertThrows(IllegalArgumentException.class, weighted::build).getMessage();
            assertTrue(told.endsWith("must be of power 0 with the loss ABSOLUTE, which they would undo"), told);
        }
    }

    @Test
    void quickRecipeIsShort() {
        DistillationConfig quick = DistillationConfig.quick().build();
        assertEquals(300, quick.steps());
        assertEquals(DistillationConfig.builder().build().phases(), quick.phases());
        assertTrue(quick.output().checkpointImages() >= quick.length().images(), "one evaluation");
    }

    // ---- what is refused

    @Test
    void ranges() {
        assertRanges(Map.ofEntries(
                range("length.images", at(1, 64), beyond(0)),
                range("work.batch", at(1, 65_536), beyond(0, 65_537)),
                range("work.block", at(0, 4_096), beyond(-1, 4_097)),
                range("work.lanes", at(0, 256), beyond(-1, 257)),
                range("work.workers", at(1, 65_536), beyond(0, 65_537)),
                range("phases.share", at(TINY, 1), beyond(0, OVER_ONE)),
                range("phases.weighting.power", at(0, 2), beyond(-TINY, 2.000001)),
                range("phases.weighting.kappa", at(1e-12), beyond(0.9e-12, INFINITY)),
                range("phases.objective.Trajectories.steps", at(2, 1_000), beyond(1, 1_001)),
                range("phases.objective.Trajectories.uses", at(1, 64), beyond(0, 65)),
                range("phases.objective.Trajectories.interval", at(1, 10_000), beyond(0, 10_001)),
                range("phases.objective.Trajectories.end", at(0, 1), beyond(-TINY, OVER_ONE)),
                range("phases.objective.Trajectories.restartShare", at(0, 0.9), beyond(-TINY, 0.900001)),
                range("phases.objective.Trajectories.ownStates", at(0, 1), beyond(-TINY, 1.000001)),
                range("phases.objective.Bootstrap.delta.start", at(0.02, 0.5), beyond(0, 0.019, 0.500001)),
                range("phases.objective.Bootstrap.delta.end", at(TINY, 0.12), beyond(0, 0.121)),
                range("phases.objective.Bootstrap.restartShare", at(0, 0.9), beyond(-TINY, 0.900001)),
                range("phases.objective.Bootstrap.targetEma", at(0, UNDER_ONE), beyond(-TINY, 1)),
                range("phases.objective.Derivative.targetEma", at(0, UNDER_ONE), beyond(-TINY, 1)),
                range("phases.objective.Bootstrap.boundary.Atom.share", at(0, 0.5), beyond(-TINY, 0.5000001)),
                range("phases.objective.Bootstrap.boundary.Term.share", at(0, 0.5), beyond(-TINY, 0.5000001)),
                range("phases.objective.Bootstrap.boundary.Term.beta", at(0), beyond(-TINY, INFINITY)),
                range("phases.objective.Derivative.boundary.Atom.share", at(0, 0.5), beyond(-TINY, 0.5000001)),
                range("phases.objective.Derivative.boundary.Term.share", at(0, 0.5), beyond(-TINY, 0.5000001)),
                range("phases.objective.Derivative.boundary.Term.beta", at(0), beyond(-TINY, INFINITY)),
                range("phases.objective.Pinn.boundary.Atom.share", at(0, 0.5), beyond(-TINY, 0.5000001)),
                range("phases.objective.Pinn.boundary.Term.share", at(0, 0.5), beyond(-TINY, 0.5000001)),
                range("phases.objective.Pinn.boundary.Term.beta", at(0), beyond(-TINY, INFINITY)),
                range("phases.objective.Direct.steps", at(1, 1_000), beyond(0, 1_001)),
                range("phases.objective.Direct.pairs", at(0, Integer.MAX_VALUE), beyond(-1)),
                range("phases.objective.Cmt.steps", at(1, 1_000), beyond(0, 1_001)),
                range("phases.objective.Cmt.ends", at(1, 10), beyond(0, 3, 20)),
                range("phases.objective.Progressive.steps", at(2, 1_024), beyond(1, 24, 2_048)),
                range("phases.objective.Progressive.ends", at(1, 16), beyond(0, 3, 32)),
                range("phases.objective.Progressive.last", at(0.01, 0.59), beyond(0.0099, 0.5901)),
                range("phases.objective.Consistency.steps", at(4, 1_000), beyond(0, 2, 1_001)),
                range("phases.objective.Consistency.doublings", at(0, 3), beyond(-1, 4, 10)),
                range("phases.objective.Consistency.ends", at(1, 10), beyond(0, 3, 20)),
                range("phases.objective.Consistency.supervised", at(0, UNDER_ONE), beyond(-TINY, 1)),
                range("phases.objective.Consistency.targetEma", at(0, UNDER_ONE), beyond(-TINY, 1)),
                range("phases.objective.Tract.steps", at(16, 1_024), beyond(1, 8, 12, 1_025)),
                range("phases.objective.Tract.middle", at(1, 16), beyond(0, 3, 32)),
                range("phases.objective.Tract.ends", at(1, 8), beyond(0, 3, 16)),
                range("phases.objective.Tract.share", at(0.01, 0.99), beyond(0.0099, 0.9901)),
                range("phases.objective.Tract.targetEma", at(0, UNDER_ONE), beyond(-TINY, 1)),
                range("phases.objective.Direct.walks.uses", at(1, 64), beyond(0, 65)),
                range("phases.objective.Direct.walks.interval", at(1, 10_000), beyond(0, 10_001)),
                range("phases.objective.Cmt.walks.uses", at(1, 64), beyond(0, 65)),
                range("phases.objective.Cmt.walks.interval", at(1, 10_000), beyond(0, 10_001)),
                range("phases.objective.Progressive.walks.uses", at(1, 64), beyond(0, 65)),
                range("phases.objective.Progressive.walks.interval", at(1, 10_000), beyond(0, 10_001)),
                range("phases.objective.Consistency.walks.uses", at(1, 64), beyond(0, 65)),
                range("phases.objective.Consistency.walks.interval", at(1, 10_000), beyond(0, 10_001)),
                range("phases.objective.Tract.walks.uses", at(1, 64), beyond(0, 65)),
                range("phases.objective.Tract.walks.interval", at(1, 10_000), beyond(0, 10_001)),
                range("corrector.Given.corrector.share", at(TINY, 1), beyond(0, OVER_ONE)),
                range("corrector.Given.corrector.start", at(0, UNDER_ONE), beyond(-TINY, 1)),
                range("corrector.Given.corrector.weight", at(0), beyond(-TINY, INFINITY)),
                range("corrector.Given.corrector.rate", at(TINY, 1), beyond(0, OVER_ONE)),
                range("corrector.Given.corrector.guidance", at(0, 1), beyond(-TINY, OVER_ONE)),
                range("corrector.Given.corrector.matching.Through.a", at(0, 2), beyond(-TINY, 2.000001)),
                range("corrector.Given.corrector.online.Own.updates", at(1, 100), beyond(0, 101)),
                range("corrector.Given.corrector.online.Own.guidance", at(0, 1), beyond(-TINY, OVER_ONE)),
                range("corrector.Given.corrector.network.Adapter.rank", at(1), beyond(0)),
                range("corrector.Given.corrector.network.Adapter.scale", at(TINY), beyond(0, INFINITY)),
                range("optimiser.rate", at(TINY, 1), beyond(0, OVER_ONE)),
                range("optimiser.warmupImages", at(0), beyond(-1)),
                range("optimiser.decay", at(0), beyond(-TINY, INFINITY)),
                range("optimiser.beta1", at(0, UNDER_ONE), beyond(-TINY, 1)),
                range("optimiser.beta2", at(0, UNDER_ONE), beyond(-TINY, 1)),
                range("optimiser.clip", at(0), beyond(-TINY, INFINITY)),
                range("optimiser.emaHalfLife", at(0), beyond(-TINY, INFINITY)),
                range("guidance.range.least", at(0, 1), beyond(-TINY, OVER_ONE)),
                range("guidance.range.most", at(1, 100), beyond(UNDER_ONE, INFINITY)),
                range("guidance.interval.least", at(0, 1), beyond(-TINY, OVER_ONE)),
                range("guidance.interval.most", at(0, 1), beyond(-TINY, OVER_ONE)),
                range("guidance.rescale", at(0, 1), beyond(-TINY, OVER_ONE)),
                range("guidance.nullLabel", at(-1, 9), beyond(-2)),
                range("guidance.negativeLabel", at(-1, 9), beyond(-2)),
                range("guidance.nullProbability", at(0, 1), beyond(-TINY, OVER_ONE)),
                range("clip.To.value", at(TINY), beyond(0, INFINITY)),
                range("evaluation.heldOut", at(-1, 1 << 20), beyond(-2, (1 << 20) + 1)),
                range("evaluation.referenceSteps", at(1, 1 << 20), beyond(0, (1 << 20) + 1)),
                range("output.reportImages", at(1), beyond(0)),
                range("output.checkpointImages", at(1), beyond(0))));
    }

    @Test
    void whatDoesNotFitIsRefusedByName() {
        Objective twoTimes = new Trajectories(10, 4, 96, 0.4, 0.5, 0);
        Map<String, Consumer<Builder>> bad = Map.ofEntries(
                Map.entry("batch is 0, must be 1 … 65536", b -> b.batch(0)),
                Map.entry("batch is 65537, must be 1 … 65536", b -> b.batch(65_537)),
                Map.entry("block is 4097, must be 0 … 4096", b -> b.block(4_097)),
                Map.entry("lanes is 257, must be 0 … 256", b -> b.lanes(257)),
                Map.entry("workers is 0, must be 1 … 65536", b -> b.workers(0)),
                Map.entry("images is 0, must be at least 1", b -> b.images(0)),
                Map.entry("images is 100, must be a positive multiple of batch 64", b -> b.images(100)),
                Map.entry("images is 256000, must be a positive multiple of batch 48", b -> b.batch(48)),
                Map.entry("timeBudget is PT30S, must be at least a minute", b -> b.minutes(0.5)),
                Map.entry("guidance is 2.0 … 2.0, must be 1 with an objective that needs the teacher's gradient",
                        b -> b.objective(Pinn.defaults()).guidance(2)),
                Map.entry("most is 1.0, must be finite and at least 2.0", b -> b.guidance(2, 1)),
                Map.entry("the sum of the phases' shares is 0.5, must be 1", b -> b.phases(Phase.defaults().withShare(0.5))),
                Map.entry("the sum of the phases' shares is 0.0, must be 1", b -> b.phases()),
                Map.entry("the sum of the phases' shares is 2.0, must be 1", b -> b.phases(Phase.defaults(), Phase.defaults())),
                Map.entry("targetEma is 0.5 and 0.9, must be the same in all phases that have one: there is one such average",
                        b -> b.phases(
                                Phase.of(Bootstrap.defaults().withTargetEma(0.5)).withShare(0.5),
                                Phase.of(Bootstrap.defaults().withTargetEma(0.9)).withShare(0.5))),
                Map.entry("boundary is hard, must be an atom or a term where a phase has a restartShare: a hard one is of"
                        + " students of one time",
                        b -> b.phases(
                                Phase.of(twoTimes).withShare(0.5),
                                Phase.of(Bootstrap.defaults().withBoundary(new Boundary.Hard())).withShare(0.5))),
                Map.entry("end of trajectories is 1.0, must be below 1 with a restartShare, or beside another objective: nothing"
                        + " would teach the times between the steps",
                        b -> b.objective(Trajectories.defaults().withRestartShare(0.5))),
                Map.entry("restartShare of bootstrap is 0.5, must be 0 with a hard boundary, which is of students of one time",
                        b -> b.objective(Bootstrap.defaults().withBoundary(new Boundary.Hard()).withRestartShare(0.5))),
                Map.entry("solver of bootstrap is MULTISTEP, must be EULER, DDIM, HEUN or MIDPOINT: a step alone has no history",
                        b -> b.objective(Bootstrap.defaults().withSolver(Solver.MULTISTEP))),
                Map.entry("steps of trajectories is 2, must be at least 3 with a restartShare: two leave no state to start from",
                        b -> b.objective(new Trajectories(2, 4, 96, 0.4, 0.5, 0))),
                Map.entry("boundary of derivative is hard, must be an atom or a term",
                        b -> b.objective(new Derivative(TimeSampling.UNIFORM, Weighting.FLAT, new Boundary.Hard(), 0))),
                Map.entry("start of delta is 0.6, must be in (0, 0.5]",
                        b -> b.objective(Bootstrap.defaults().withDelta(Delta.fixed(0.6)))),
                Map.entry("start of the corrector is 0.6, must be where students give samples in one step, or left out with"
                        + " noCorrector(): those of progressive take 2 steps from there on",
                        b -> b.objective(Progressive.defaults()).corrector(OWN.withStart(0.6))),
                Map.entry("start of the corrector is 0.4, must be where students give samples in one step, or left out with"
                        + " noCorrector(): those of tract take 8 steps from there on",
                        b -> b.phases(Phase.of(Direct.defaults()).withShare(0.5), Phase.of(Tract.defaults()).withShare(0.5))
                                .corrector(OWN.withStart(0.4))),
                Map.entry("start of the corrector is 0.75, must be where students give samples in one step, or left out with"
                        + " noCorrector(): those of cmt take 2 steps from there on",
                        b -> b.objective(Cmt.defaults().withSteps(10, 2)).corrector(OWN)),
                Map.entry("clip is 0.0, must be finite and above 0", b -> b.clip(Limit.to(0))),
                Map.entry("rate of the optimiser is 0.0, must be in (0, 1]", b -> b.learningRate(0)));
        bad.forEach((message, change) -> {
            IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> {
                Builder builder = DistillationConfig.builder();
                change.accept(builder);
                builder.build();
            }, message);
            assertEquals(message, refused.getMessage());
        });
    }

    // ---- what follows

    @Test
    void phasesShareTheSteps() {
        DistillationConfig config = DistillationConfig.builder().batch(4).images(40).phases(
                Phase.defaults().withShare(0.25), Phase.defaults().withShare(0.7), Phase.defaults().withShare(0.05)).build();
        assertEquals(List.of(0L, 3L, 10L, 10L), starts(config), "2.5 and 9.5 are rounded");
        Phase third = Phase.defaults().withShare(1 / 3.0);
        DistillationConfig thirds = DistillationConfig.builder().batch(1).images(10).phases(third, third, third).build();
        assertEquals(List.of(0L, 3L, 7L, 10L), starts(thirds));
    }

    private static List<Long> starts(DistillationConfig config) {
        return IntStream.rangeClosed(0, config.phases().size()).mapToObj(config::phaseStart).toList();
    }

    @Test
    void timesHaveNoStepsYet() {
        DistillationConfig config = DistillationConfig.builder().minutes(2).batch(48).build();
        assertTrue(config.length().isTime());
        assertThrows(IllegalStateException.class, config::steps);
        assertEquals(2, config.toBuilder().images(96).build().steps());
    }

    @Test
    void targetsAndTimesOfTheRun() {
        DistillationConfig config = DistillationConfig.builder().phases(
                Phase.of(new Trajectories(10, 4, 96, 1, 0.5, 0)).withShare(0.5),
                Phase.of(Bootstrap.defaults().withTargetEma(0.9)).withShare(0.5)).build();
        assertTrue(config.hasTwoTimes());
        assertEquals(0.9, config.targetEma());
        assertFalse(DistillationConfig.builder().build().hasTwoTimes());
        assertEquals(0, DistillationConfig.builder().build().targetEma());
    }

    @Test
    void correctorOfATeacher() {
        DistillationConfig automatic = DistillationConfig.builder().build();
        assertEquals(Corrector.defaults(), automatic.corrector(true));
        assertNull(automatic.corrector(false));
        Corrector own = new Corrector(0.5, 0, 1, 1e-4, 1);
        DistillationConfig given = DistillationConfig.builder().corrector(own).build();
        assertEquals(own, given.corrector(true));
        assertEquals(own, given.corrector(false));
    }

    /** From where their samples are of one step. */
    @Test
    void correctorsOfStudentsThatDenoise() {
        DistillationConfig.builder().objective(Cmt.defaults()).corrector(OWN.withStart(0)).build();
        DistillationConfig.builder().objective(Progressive.defaults()).corrector(OWN.withStart(0.625)).build();
        DistillationConfig.builder().phases(Phase.of(Tract.defaults().withSteps(8, 4, 2)).withShare(0.4),
                Phase.of(Tract.defaults()).withShare(0.6)).corrector(OWN.withStart(0.4 + 0.6 / 3)).build();
        assertNull(DistillationConfig.builder().objective(Cmt.defaults().withSteps(10, 2)).build().corrector(true), "automatic");
    }

    @Test
    void limits() {
        assertEquals(3, Limit.ofScheduler().or(3));
        assertEquals(0, Limit.none().or(3));
        assertEquals(2, Limit.to(2).or(3));
    }

    @Test
    void guidanceIsASingleScaleOrARange() {
        assertFalse(GuidanceConfig.defaults().isGuided());
        assertTrue(DistillationConfig.builder().guidance(0).build().guidance().isGuided());
        assertTrue(DistillationConfig.builder().guidance(1, 2).build().guidance().isGuided());
    }
}
