package io.bootdistill.internal.distillation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BootDistiller;
import io.bootdistill.MixtureTeacher;
import io.bootdistill.RunParts;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import org.junit.jupiter.api.Test;

/** Steps of a whole run, whose targets come from an average of the student: their losses by the definition. */
public class TargetAverageTest {

    private static final int BATCH = 12;
    private static final int PIXEL = 2;
    private static final double DECAY = 0.75;

    private final NoiseSchedule schedule = NoiseSchedule.flow();
    private final MixtureTeacher teacher = new MixtureTeacher(schedule, MixtureTeacher.ring(3, 1.0), 0.4, true);

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    /** A rate so high that the student leaves its average behind. */
    private static DistillationConfig config() {
        return DistillationConfig.builder().trajectoryShare(0).correctorShare(0).residualPower(0)
                .batch(BATCH).block(BATCH / 3).lanes(2).workers(1)
                .images(BATCH * 8).seed(6).solver(SignalOde.Solver.DDIM).deltaStart(0.1).boundaryShare(0)
                .learningRate(0.05).warmupImages(0).targetEma(DECAY).build();
    }

    @Test
    void lossIsThatOfTheAveragesTargets() {
        DistillationConfig config = config();
        RunParts parts = new RunParts(new BootDistiller(teacher, new Mlp(PIXEL, 8, 1, 4), device()), config);
        try (TrainingState state = parts.newState();
                Trainer trainer = parts.newTrainer(state)) {
            float[] student = weights(state.student);
            double[] average = new double[student.length];
            for (int i = 0; i < average.length; i++) {
                average[i] = student[i];
            }
            for (int step = 0; step < 4; step++) {
                double expected = loss(config, state.student, step, average);
                double own = loss(config, state.student, step, null);
                assertEquals(expected, trainer.run().loss(), 1e-4 * expected, "step " + step);
                assertTrue(step == 0 || Math.abs(own - expected) > 0.01 * expected,
                        "step " + step + ": the student's own targets give " + own + ", the average's " + expected);
                student = weights(state.student);
                for (int i = 0; i < average.length; i++) {
                    average[i] += (1 - DECAY) * (student[i] - average[i]);
                }
            }
        }
    }

    private float[] weights(Model model) {
        float[] weights = new float[Math.toIntExact(model.parameters().length())];
        try (Kernels kernels = device().openKernels()) {
            kernels.download(model.parameters(), weights, 0);
        }
        return weights;
    }

    /** Mean of ‖y_θ(ε, s) − (y + c (f(x̂, t) − y))‖² with y = y_θ⁻(ε, t), x̂ = (1 − t) y + t ε and c = (t − s)/(t (1 − s)). */
    private double loss(DistillationConfig config, Model student, int step, double[] average) {
        Batch batch = new Batch(config, schedule, Prediction.SAMPLE, Prediction.FLOW, 0,
                ConditionSource.labels(4, 3, config.nullProbability()), teacher.condition(), PIXEL);
        batch.draw(step);
        float[] noise = noise(batch.samples.seeds);
        float[] atS = signals(student, null, noise, batch.s, batch.samples.condition);
        float[] atT = signals(student, average, noise, batch.t, batch.samples.condition);
        float[] x = new float[noise.length];
        for (int k = 0; k < x.length; k++) {
            double t = batch.t[k / PIXEL];
            x[k] = (float) ((1 - t) * atT[k] + t * noise[k]);
        }
        float[] f = new float[x.length];
        teacher.predict(BATCH, x, batch.t, batch.samples.condition, f);
        double sum = 0;
        for (int k = 0; k < x.length; k++) {
            double t = batch.t[k / PIXEL];
            double s = batch.s[k / PIXEL];
            double c = (t - s) / (t * (1 - s));
            sum += Math.pow(atS[k] - (atT[k] + c * (f[k] - atT[k])), 2);
        }
        return sum / x.length;
    }

    private float[] noise(float[] seeds) {
        float[] noise = new float[BATCH * PIXEL];
        try (Kernels kernels = device().openKernels();
                DeviceMemory given = device().allocate((long) BATCH * Philox.SEED_FLOATS);
                DeviceMemory drawn = device().allocate(noise.length)) {
            kernels.upload(seeds, 0, given.slice());
            kernels.noise(BATCH, 1, given.slice(), 0, Tensor.of(drawn.slice(), PIXEL));
            kernels.download(drawn.slice(), noise, 0);
        }
        return noise;
    }

    /** ε − F with the weights given, or the student's own. */
    private float[] signals(Model student, double[] weights, float[] noise, double[] times, float[] condition) {
        float[] networkTimes = new float[BATCH];
        float[] signals = new float[noise.length];
        for (int i = 0; i < BATCH; i++) {
            networkTimes[i] = (float) schedule.networkTime(times[i]);
        }
        try (Model model = new Model(Graph.of(student.graph().network()), device(), false);
                Kernels kernels = device().openKernels();
                Plan plan = new Plan(model, BATCH, Plan.Mode.INFERENCE);
                DeviceMemory memory = device().allocate(student.parameters().length())) {
            float[] values = weights(student);
            for (int i = 0; weights != null && i < values.length; i++) {
                values[i] = (float) weights[i];
            }
            kernels.upload(values, 0, memory.slice());
            model.load(student, memory.slice());
            kernels.upload(noise, 0, plan.x().data());
            kernels.upload(networkTimes, 0, plan.scalar("t").data());
            kernels.upload(condition, 0, plan.condition().data());
            plan.forward(kernels, BATCH);
            kernels.download(plan.y().data(), signals, 0);
        }
        for (int k = 0; k < signals.length; k++) {
            signals[k] = noise[k] - signals[k];
        }
        return signals;
    }
}
