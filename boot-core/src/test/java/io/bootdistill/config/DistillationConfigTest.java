package io.bootdistill.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.objective.BootstrapLoss;
import io.bootdistill.objective.BootstrapLoss.Boundary;
import io.bootdistill.objective.BootstrapLoss.Weighting;
import io.bootdistill.objective.DeltaSchedule;
import io.bootdistill.objective.Objective;
import io.bootdistill.objective.TimeSampling;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class DistillationConfigTest {

    @Test
    void everyBadValueIsRefusedByName() {
        Map<String, Consumer<DistillationConfigBuilder>> bad = Map.ofEntries(
                Map.entry("batch is 0", b -> b.batch(0)),
                Map.entry("images is 100", b -> b.images(100)),
                Map.entry("timeBudget is PT30S", b -> b.timeBudget(Duration.ofSeconds(30))),
                Map.entry("block is 0", b -> b.block(0)),
                Map.entry("lanes is 0", b -> b.lanes(0)),
                Map.entry("workers is 0", b -> b.workers(0)),
                Map.entry("solver is missing", b -> b.solver(null)),
                Map.entry("deltaStart is 0.6", b -> b.deltaStart(0.6)),
                Map.entry("deltaEnd is 0.2", b -> b.deltaEnd(0.2)),
                Map.entry("deltaSchedule is missing", b -> b.deltaSchedule(null)),
                Map.entry("objective is missing", b -> b.objective(null)),
                Map.entry("objective is DERIVATIVE",
                        b -> b.trajectoryShare(0).objective(Objective.DERIVATIVE).boundary(Boundary.HARD)),
                Map.entry("objective is PINN", b -> b.trajectoryShare(0).objective(Objective.PINN).guidance(2)),
                Map.entry("objective is PINN, must be BOOTSTRAP with a trajectoryShare of 1", b -> b.objective(Objective.PINN)),
                Map.entry("boundary is HARD", b -> b.boundary(Boundary.HARD)),
                Map.entry("targetEma is 0.5", b -> b.targetEma(0.5)),
                Map.entry("timeSampling is missing", b -> b.timeSampling(null)),
                Map.entry("restartShare is 1.0", b -> b.restartShare(1)),
                Map.entry("restartShare is 0.5, must be 0 where trajectoryShare and trajectoryEnd are 1",
                        b -> b.restartShare(0.5)),
                Map.entry("trajectorySteps is 2, must be at least 3 with a restartShare",
                        b -> b.trajectoryShare(0.5).trajectorySteps(2).restartShare(0.5)),
                Map.entry("restartShare is 0.5, must be 0 with a hard",
                        b -> b.trajectoryShare(0).restartShare(0.5).boundary(Boundary.HARD)),
                Map.entry("restartShare is 0.1, must be 0 with the objective DERIVATIVE",
                        b -> b.trajectoryShare(0).restartShare(0.1).objective(Objective.DERIVATIVE)),
                Map.entry("restartShare is 0.2, must be 0 with the objective PINN",
                        b -> b.trajectoryShare(0).restartShare(0.2).objective(Objective.PINN)),
                Map.entry("residualPower is -1.0", b -> b.residualPower(-1)),
                Map.entry("residualKappa is 1.0E-13", b -> b.residualKappa(1e-13)),
                Map.entry("targetEma is 1.0", b -> b.targetEma(1)),
                Map.entry("solver is MULTISTEP", b -> b.solver(SignalOde.Solver.MULTISTEP)),
                Map.entry("trajectoryShare is 1.1", b -> b.trajectoryShare(1.1)),
                Map.entry("trajectorySteps is 1", b -> b.trajectorySteps(1)),
                Map.entry("trajectoryUses is 0", b -> b.trajectoryUses(0)),
                Map.entry("trajectoryInterval is 0", b -> b.trajectoryInterval(0)),
                Map.entry("trajectoryEnd is -0.1", b -> b.trajectoryEnd(-0.1)),
                Map.entry("correctorShare is -0.5", b -> b.correctorShare(-0.5)),
                Map.entry("correctorStart is 1.0", b -> b.correctorStart(1)),
                Map.entry("correctorWeight is -1.0", b -> b.correctorWeight(-1)),
                Map.entry("correctorRate is 0.0", b -> b.correctorRate(0)),
                Map.entry("guidanceMost is 1.0", b -> b.guidanceMost(1)),
                Map.entry("negativeLabel is -2", b -> b.negativeLabel(-2)),
                Map.entry("boundaryShare is 0.7", b -> b.boundaryShare(0.7)),
                Map.entry("beta is NaN", b -> b.beta(Double.NaN)),
                Map.entry("updateRule is missing", b -> b.updateRule(null)),
                Map.entry("learningRate is 0.0", b -> b.learningRate(0)),
                Map.entry("beta1 is 1.0", b -> b.beta1(1)),
                Map.entry("beta2 is -0.1", b -> b.beta2(-0.1)),
                Map.entry("gradientClip is -1.0", b -> b.gradientClip(-1)),
                Map.entry("emaHalfLife is Infinity", b -> b.emaHalfLife(Double.POSITIVE_INFINITY)),
                Map.entry("guidance is -1.0", b -> b.guidance(-1)),
                Map.entry("nullLabel is -2", b -> b.nullLabel(-2)),
                Map.entry("nullProbability is 1.5", b -> b.nullProbability(1.5)),
                Map.entry("clip is -0.5", b -> b.clip(-0.5)),
                Map.entry("heldOut is -1", b -> b.heldOut(-1)),
                Map.entry("referenceSteps is 0", b -> b.referenceSteps(0)),
                Map.entry("reportImages is 0", b -> b.reportImages(0)));
        bad.forEach((message, change) -> {
            DistillationConfigBuilder builder = DistillationConfig.builder();
            change.accept(builder);
            IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, builder::build, message);
            assertTrue(refused.getMessage().startsWith(message), refused.getMessage() + " should start with " + message);
        });
    }

    @Test
    void jsonKeepsEveryValueThatDecidesTheResult() {
        DistillationConfig config = DistillationConfig.builder()
                .images(128 * 7).batch(128).block(16).lanes(4).workers(3).seed(42).objective(Objective.DERIVATIVE)
                .solver(SignalOde.Solver.DDIM).deltaStart(0.2).deltaEnd(0.1).deltaSchedule(DeltaSchedule.RELATIVE)
                .timeSampling(TimeSampling.UNIFORM).updateRule(UpdateRule.ADAM)
                .residualPower(0.75).residualKappa(0.01).targetEma(0.9).trajectoryShare(0.3).trajectorySteps(7)
                .trajectoryUses(3).trajectoryInterval(5).trajectoryEnd(0.4).correctorShare(0.5).correctorStart(0.2)
                .correctorWeight(3).correctorRate(1e-4)
                .guidanceMost(4).negativeLabel(2).weighting(Weighting.INVERSE_STEP_SQUARED).boundary(Boundary.TERM)
                .boundaryShare(0.25).beta(0.5).learningRate(1e-3).warmupImages(7).weightDecay(0.1).beta1(0.8).beta2(0.95)
                .gradientClip(2).emaHalfLife(123).guidance(2.5).nullLabel(3).nullProbability(0.3).clip(1).heldOut(5)
                .referenceSteps(6).reportImages(7).checkpointImages(8).build();
        DistillationConfigBuilder builder = DistillationConfig.builder().workers(3);
        ConfigJson.read(ConfigJson.write(config), DistillationConfig.class, builder, "test");
        assertEquals(config, builder.build());
    }

    @Test
    void someValuesAreSetFromJson() {
        JsonObject some = JsonParser.parseString("{\"solver\": \"DDIM\", \"residualPower\": 0.75}").getAsJsonObject();
        assertEquals(DistillationConfig.builder().seed(9).solver(SignalOde.Solver.DDIM).residualPower(0.75).build(),
                DistillationConfig.builder().seed(9).values(some.toString(), "test").build());
        some.addProperty("sovler", "DDIM");
        ModelFormatException refused =
                assertThrows(ModelFormatException.class, () -> DistillationConfig.builder().values(some.toString(), "test"));
        assertEquals("test: unknown keys sovler", refused.getMessage());
    }

    @Test
    void builderOfAConfigurationHoldsItsValues() {
        DistillationConfig config = DistillationConfig.builder().seed(9).beta(3).lanes(5).build();
        assertEquals(config, config.toBuilder().build());
    }

    @Test
    void paperRecipe() {
        DistillationConfig paper = DistillationConfig.paper().build();
        assertEquals(SignalOde.Solver.DDIM, paper.solver());
        assertEquals(Weighting.INVERSE_DELTA_SQUARED, paper.weighting());
        assertEquals(Boundary.TERM, paper.boundary());
        assertEquals(UpdateRule.ADAM, paper.updateRule());
        assertEquals(TimeSampling.UNIFORM, paper.timeSampling());
        assertEquals(0, paper.residualPower());
        for (double progress : new double[] {0, 0.5, 1}) {
            assertEquals(0.05, paper.deltaSchedule().over(paper.deltaStart(), paper.deltaEnd(), progress));
        }
        assertEquals(2_500, paper.steps());
    }

    @Test
    void deltaSchedules() {
        assertEquals(0.2, DeltaSchedule.FIXED.over(0.2, 0.05, 0.7));
        for (DeltaSchedule schedule : new DeltaSchedule[] {DeltaSchedule.GEOMETRIC, DeltaSchedule.RELATIVE}) {
            assertEquals(0.2, schedule.over(0.2, 0.05, 0), 1e-15);
            assertEquals(0.1, schedule.over(0.2, 0.05, 0.5), 1e-15);
            assertEquals(0.05, schedule.over(0.2, 0.05, 1), 1e-15);
        }
        assertEquals(0.2, DeltaSchedule.GEOMETRIC.at(0.2, 0.3));
        assertEquals(0.06, DeltaSchedule.RELATIVE.at(0.2, 0.3), 1e-15, "in proportion to t");
        assertEquals(0.02, DeltaSchedule.RELATIVE.at(0.2, 0.01), 1e-15, "the floor");
    }

    @Test
    void weights() {
        assertEquals(1, loss(Weighting.FLAT, Boundary.ATOM).weight(0.1, 0.5));
        assertEquals(100, loss(Weighting.INVERSE_DELTA_SQUARED, Boundary.ATOM).weight(0.1, 0.5), 1e-9);
        assertEquals(4, loss(Weighting.INVERSE_STEP_SQUARED, Boundary.ATOM).weight(0.1, 0.5), 1e-9);
        // an atom is one mean over all samples; a term has β and a mean of its own
        assertEquals(1 / 64.0, loss(Weighting.FLAT, Boundary.ATOM).bootstrapFactor(0.1, 0.5, 56, 8), 1e-12);
        assertEquals(1 / 64.0, loss(Weighting.FLAT, Boundary.ATOM).boundaryFactor(0.1, 56, 8), 1e-12);
        assertEquals(1 / 56.0, loss(Weighting.FLAT, Boundary.TERM).bootstrapFactor(0.1, 0.5, 56, 8), 1e-12);
        assertEquals(2 / 8.0, loss(Weighting.FLAT, Boundary.TERM).boundaryFactor(0.1, 56, 8), 1e-12);
    }

    private static BootstrapLoss loss(Weighting weighting, Boundary boundary) {
        return new BootstrapLoss(weighting, boundary, 2);
    }

    @Test
    void labelsAreUniformOverTheRealClasses() {
        ConditionSource source = ConditionSource.labels(5, 2, 0.1);
        int[] counts = new int[5];
        float[] label = new float[1];
        int draws = 20_000;
        for (int i = 0; i < draws; i++) {
            source.draw(i * 7919L, label, 0);
            counts[(int) label[0]]++;
        }
        double deviation = 4 * Math.sqrt(draws * 0.25); // four standard deviations at most
        for (int k = 0; k < 5; k++) {
            assertEquals(draws * (k == 2 ? 0.1 : 0.225), counts[k], deviation, "label " + k);
        }
    }
}
