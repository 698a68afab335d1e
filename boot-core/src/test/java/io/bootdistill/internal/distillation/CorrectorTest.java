package io.bootdistill.internal.distillation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BootDistiller;
import io.bootdistill.HeldOut;
import io.bootdistill.MixtureTeacher;
import io.bootdistill.Resolved;
import io.bootdistill.Sampler;
import io.bootdistill.Student;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.DistillationConfigBuilder;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The corrector's targets and gradients against their formulas, on an analytic teacher with labels. */
public class CorrectorTest {

    private static final int BATCH = 12;
    private static final int PIXEL = 2;
    private static final double WEIGHT = 0.5;
    private static final double TOLERANCE = 2e-5;

    private final NoiseSchedule schedule = NoiseSchedule.flow();
    private final MixtureTeacher teacher = new MixtureTeacher(schedule, MixtureTeacher.ring(3, 1.0), 0.4, true);

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private static DistillationConfigBuilder config() {
        return DistillationConfig.builder().batch(BATCH).block(BATCH).images(BATCH * 100L).seed(6).workers(1)
                .correctorShare(1).correctorStart(0.5).correctorWeight(WEIGHT);
    }

    /**
     * One block of the corrector, its values on the host. The student's outputs are ε − x₀, the online network's α ε − σ x₀,
     * the teacher's x₀ itself.
     */
    private final class Step implements AutoCloseable {

        final Model student;
        final Model online;
        final CorrectorBatch batch;
        final BlockWorker worker;
        final Gradients gradients;
        final Gradients onlineGradients;
        final CorrectorBatch.Block block;

        Step(DistillationConfig config, long step) {
            Mlp network = new Mlp(PIXEL, 8, 1, 4);
            student = new Model(Graph.of(config.drawsGuidance() ? network.withScalar(ScalarInputs.GUIDANCE) : network), device(), true);
            online = new Model(student.graph(), device(), true);
            student.initialize(3);
            online.initialize(4);
            batch = new CorrectorBatch(config, schedule, Prediction.SAMPLE, Prediction.FLOW, Prediction.V, 0,
                    ConditionSource.labels(4, 3, 0.2), teacher.condition(), PIXEL, device());
            Guidance guidance = config.isGuided() ? new Guidance(config.guidance(), teacher.nullLabel()) : null;
            worker = new BlockWorker(config, Resolved.of(teacher), student, student, guidance, online, null);
            gradients = new Gradients(student);
            onlineGradients = new Gradients(online);
            float[] weights = new float[Math.toIntExact(online.parameters().length())];
            for (int i = 0; i < weights.length; i++) { // those of w would start from 0, which would hide a wrong one
                weights[i] = 0.3f * Philox.normal(4, 0, i);
            }
            worker.kernels.upload(weights, 0, online.parameters());
            online.prepare(worker.kernels, 0, 1);
            batch.draw(step, worker.kernels);
            block = batch.block(0);
            worker.kernels.fill(gradients.flat(), 0); // a sum that the corrector adds to
            worker.correct(block, gradients, onlineGradients, false);
        }

        float[] values(Tensor tensor) {
            float[] values = new float[BATCH * PIXEL];
            worker.kernels.download(tensor.data(), values, 0);
            return values;
        }

        /** ε': drawn as the noise of a sample is. */
        float[] again() {
            float[] values = new float[BATCH * PIXEL];
            try (var memory = device().allocate(values.length)) {
                Tensor tensor = Tensor.of(memory.slice(), PIXEL);
                worker.kernels.noise(BATCH, 1, block.again(), 0, tensor);
                worker.kernels.download(tensor.data(), values, 0);
            }
            return values;
        }

        float[] gradient(Gradients lane) {
            float[] values = new float[Math.toIntExact(lane.flat().length())];
            worker.kernels.download(lane.flat(), values, 0);
            return values;
        }

        /** Outputs of the online network, by another plan. */
        float[] onlineOutput(float[] x, float[] t, float[] condition, float[] scale) {
            float[] outputs = new float[x.length];
            try (Plan plan = new Plan(online, BATCH, Plan.Mode.INFERENCE)) {
                worker.kernels.upload(x, 0, plan.x().data());
                worker.kernels.upload(t, 0, plan.scalar("t").data());
                worker.kernels.upload(condition, 0, plan.condition().data());
                if (plan.scalar(ScalarInputs.GUIDANCE) != null) {
                    worker.kernels.upload(scale, 0, plan.scalar(ScalarInputs.GUIDANCE).data());
                }
                plan.forward(worker.kernels, BATCH);
                worker.kernels.download(plan.y().data(), outputs, 0);
            }
            return outputs;
        }

        @Override
        public void close() {
            gradients.close();
            onlineGradients.close();
            worker.close();
            batch.close();
            student.close();
            online.close();
        }
    }

    /**
     * target = y + λ/σ_τ (f̃_φ(x_τ) − f_ψ(x_τ)), x_τ = α_τ y + σ_τ ε' and f_ψ = α_τ x_τ − σ_τ F_ψ: unguided, with one w, and with
     * each sample's own.
     */
    @ParameterizedTest
    @CsvSource({"1, 0", "2.5, 0", "1, 3"})
    void targetIsTheSampleMovedByTheDifferenceOfThePredictions(double guidance, double most) {
        try (Step corrected = new Step(config().guidance(guidance).guidanceMost(most).build(), 80)) {
            float[] y = corrected.values(corrected.worker.y);
            float[] again = corrected.again();
            float[] x = new float[y.length];
            double[] tau = corrected.block.atTau().times();
            float[] condition = corrected.block.atTau().conditions();
            float[] networkTau = new float[BATCH];
            for (int i = 0; i < BATCH; i++) {
                networkTau[i] = (float) schedule.networkTime(tau[i]);
                for (int d = i * PIXEL; d < (i + 1) * PIXEL; d++) {
                    x[d] = (float) (schedule.alpha(tau[i]) * y[d] + schedule.sigma(tau[i]) * again[d]);
                }
            }
            float[] scale = corrected.block.atTau().scales();
            assertEquals(most == 0 ? 1 : BATCH, IntStream.range(0, BATCH).mapToObj(i -> scale[i]).distinct().count(), "scales");
            float[] told = new float[x.length];
            float[] none = new float[x.length];
            float[] nulls = new float[BATCH];
            Arrays.fill(nulls, teacher.nullLabel());
            teacher.predict(BATCH, x, tau, condition, told);
            teacher.predict(BATCH, x, tau, nulls, none);
            float[] online = corrected.onlineOutput(x, networkTau, condition, scale);
            float[] target = corrected.values(corrected.worker.target);
            float[] residual = new float[BATCH];
            corrected.worker.kernels.download(corrected.block.residual(), residual, 0);
            for (int i = 0; i < BATCH; i++) {
                assertTrue(tau[i] > 0.02 && tau[i] < 0.95, "τ = " + tau[i]);
                double alpha = schedule.alpha(tau[i]);
                double sigma = schedule.sigma(tau[i]);
                double factor = WEIGHT / sigma;
                double w = most == 0 ? guidance : scale[i];
                double squares = 0;
                for (int d = i * PIXEL; d < (i + 1) * PIXEL; d++) {
                    double guided = none[d] + w * (told[d] - none[d]);
                    double moved = factor * (guided - (alpha * x[d] - sigma * online[d]));
                    assertEquals(y[d] + moved, target[d], TOLERANCE * (1 + factor), "sample " + i + ", τ = " + tau[i]);
                    squares += moved * moved / PIXEL;
                }
                assertEquals(squares, residual[i], TOLERANCE * (1 + squares) * (1 + factor), "sample " + i);
            }
        }
    }

    /** The gradients are those of (1/n) Σ ‖ε − F_θ − target‖² and (1/n) Σ ‖F_ψ − (α_τ ε' − σ_τ y)‖². */
    @Test
    void gradientsAreThoseOfTheLosses() {
        try (Step corrected = new Step(config().build(), 80)) {
            float[] y = corrected.values(corrected.worker.y);
            float[] target = corrected.values(corrected.worker.target);
            float[] noise = corrected.values(corrected.worker.noise);
            float[] student = corrected.gradient(corrected.gradients);
            float[] online = corrected.gradient(corrected.onlineGradients);
            float[] again = corrected.again();
            float[] x = new float[y.length];
            float[] learnt = new float[y.length];
            float[] atTau = new float[BATCH];
            float[] atEnd = new float[BATCH];
            for (int i = 0; i < BATCH; i++) {
                double tau = corrected.block.atTau().times()[i];
                double alpha = schedule.alpha(tau);
                double sigma = schedule.sigma(tau);
                atTau[i] = (float) schedule.networkTime(tau);
                for (int d = i * PIXEL; d < (i + 1) * PIXEL; d++) {
                    x[d] = (float) (alpha * y[d] + sigma * again[d]);
                    learnt[d] = (float) (alpha * again[d] - sigma * y[d]);
                }
            }
            float[] condition = corrected.block.atTau().conditions();
            float[] output = new float[y.length];
            for (int d = 0; d < y.length; d++) {
                output[d] = noise[d] - target[d];
            }
            requireGradient(corrected.student, noise, atEnd, condition, output, student);
            requireGradient(corrected.online, x, atTau, condition, learnt, online);
        }
    }

    private void requireGradient(Model model, float[] x, float[] t, float[] condition, float[] target, float[] gradient) {
        assertTrue(norm(gradient) > 1e-3, "there is a gradient");
        try (Plan plan = new Plan(model, BATCH, Plan.Mode.TRAINING);
                Gradients lane = new Gradients(model);
                var kernels = device().openKernels()) {
            kernels.upload(x, 0, plan.x().data());
            kernels.upload(t, 0, plan.scalar("t").data());
            kernels.upload(condition, 0, plan.condition().data());
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
            assertTrue(norm(expected) < 1e-4 * norm(gradient), norm(expected) + " off, of " + norm(gradient));
        }
    }

    private static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    /** The first tenth of the corrector's steps belong to the online network. */
    @Test
    void studentWaitsForTheOnlineNetwork() {
        DistillationConfig config = config().build();
        assertEquals(50, config.correctorFirstStep());
        try (Step first = new Step(config, 50);
                Step last = new Step(config, 54);
                Step later = new Step(config, 55)) {
            assertFalse(first.batch.takesPart(49));
            assertTrue(first.batch.takesPart(50));
            for (Step alone : new Step[] {first, last}) {
                assertArrayEquals(alone.values(alone.worker.y), alone.values(alone.worker.target));
                assertEquals(0, norm(alone.gradient(alone.gradients)));
                assertTrue(norm(alone.gradient(alone.onlineGradients)) > 1e-3);
            }
            assertTrue(norm(later.gradient(later.gradients)) > 1e-3);
        }
    }

    @Test
    void samplesAreDrawnAfreshAndSpread() {
        DistillationConfig config = config().block(5).correctorShare(0.75).build();
        assertEquals(9, config.correctedSamples());
        try (CorrectorBatch batch = new CorrectorBatch(config, schedule, Prediction.SAMPLE, Prediction.SAMPLE,
                        Prediction.SAMPLE, 0, ConditionSource.labels(4, 3, 0.2), teacher.condition(), PIXEL, device());
                var kernels = device().openKernels()) {
            assertEquals(3, batch.blocks(), "as many as the batch has");
            float[] seen = new float[0];
            for (long step = 60; step < 63; step++) {
                batch.draw(step, kernels);
                for (int b = 0; b < batch.blocks(); b++) {
                    CorrectorBatch.Block block = batch.block(b);
                    assertEquals(3, block.samples());
                    float[] seeds = new float[3 * Philox.SEED_FLOATS];
                    kernels.download(block.seeds(), seeds, 0);
                    int from = seen.length;
                    seen = Arrays.copyOf(seen, from + seeds.length);
                    System.arraycopy(seeds, 0, seen, from, seeds.length);
                }
                double[] tau = batch.block(0).atTau().times();
                for (int i = 1; i < tau.length; i++) {
                    assertTrue(tau[i] > tau[i - 1], "strata");
                }
            }
            float[] all = seen;
            long different = IntStream.range(0, 27)
                    .mapToObj(i -> Arrays.toString(Arrays.copyOfRange(all, i * Philox.SEED_FLOATS, (i + 1) * Philox.SEED_FLOATS)))
                    .distinct().count();
            assertEquals(27, different);
        }
    }

    /** A student that learns with an online network from random weights still reaches the map. */
    @Test
    void studentKeepsToTheMap() throws IOException {
        MixtureTeacher free = new MixtureTeacher(schedule, MixtureTeacher.ring(4, 1.0), 0.4, false);
        DistillationConfig config = DistillationConfig.builder().batch(128).block(64).images(128 * 600L).seed(2).heldOut(0)
                .learningRate(3e-3).trajectoryShare(1).correctorShare(0.25).correctorWeight(0.1).build();
        try (Student student = new BootDistiller(free, new Mlp(2, 64, 2, 0), device()).train(config)) {
            long[] seeds = HeldOut.seeds(500);
            float[] exact = Sampler.reference(free, SignalOde.Solver.HEUN, 60).sample(seeds, null);
            double rms = PairedError.rmse(exact, student.sample(seeds, null));
            assertTrue(rms < 0.1, "RMS to the map " + rms);
        }
    }
}
