package io.bootdistill.internal.distillation;

import io.bootdistill.MixtureTeacher;
import io.bootdistill.Resolved;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import java.util.HashMap;
import java.util.Map;

/** One step of one block for a small perceptron and an analytic teacher in the plane, its values on the host. */
final class OptionStep implements AutoCloseable {

    static final int BATCH = 12;
    static final int PIXEL = 2;

    final Model student;
    final Batch batch;
    final BatchMemory memory;
    final TrajectoryBuffer trajectories;
    final BlockWorker worker;
    final Gradients gradients;
    final float[] residual;

    OptionStep(DistillationConfig config, MixtureTeacher teacher, Guidance guidance, Device device) {
        NoiseSchedule schedule = teacher.schedule();
        Mlp network = new Mlp(PIXEL, 8, 1, 4);
        network = config.drawsGuidance() ? network.withScalar(ScalarInputs.GUIDANCE) : network;
        network = config.restartSamples() > 0 ? network.withScalar(ScalarInputs.TARGET_TIME) : network;
        student = new Model(Graph.of(network), device, true);
        student.initialize(3);
        batch = new Batch(config, schedule, Prediction.SAMPLE, Prediction.SAMPLE, 0,
                ConditionSource.labels(4, 3, 0.2), teacher.condition(), teacher.shape().size());
        residual = new float[batch.rows];
        memory = new BatchMemory(batch, device);
        trajectories = batch.trajectories == null ? null : new TrajectoryBuffer(batch, Resolved.of(teacher), device, false);
        worker = new BlockWorker(config, Resolved.of(teacher), student, student, guidance, null, trajectories);
        gradients = new Gradients(student);
    }

    /** Gives the second time's weight values other than zero, as after training. */
    static void setSecondTime(Model model, long seed) {
        Map<String, float[]> values = new HashMap<>();
        model.save((parameter, flat) -> values.put(parameter.name(), flat));
        float[] weight = values.get(ScalarInputs.TARGET_TIME + ".weight");
        for (int i = 0; i < weight.length; i++) {
            weight[i] = (float) Math.cos(i + seed) / 4;
        }
        model.load(parameter -> values.get(parameter.name()));
    }

    /**
     * The signal at a time within a step of a trajectory, whose f̄ is what leads from one end to the other; the sample at t_min.
     *
     * @param states that the sampler reports after each evaluation: that at the next point, and the sample
     * @param at element of the states and the noise
     */
    static double signal(NoiseSchedule schedule, float[][] states, float[] noise, int at, double t) {
        int steps = states.length - 1;
        if (t == schedule.tMin()) {
            return states[steps][at];
        }
        int taken = taken(schedule, t, steps);
        double[] ends = new double[2];
        double[] times = {time(schedule, taken, steps), time(schedule, taken + 1, steps)};
        for (int end = 0; end < 2; end++) {
            double s = taken == 0 ? times[1] : times[end];
            ends[end] = (states[Math.max(0, taken - 1 + end)][at] - schedule.sigma(s) * noise[at]) / schedule.alpha(s);
        }
        double f = ends[0] + (ends[1] - ends[0]) / schedule.step(times[0], times[1]);
        return taken == 0 ? ends[0] : ends[0] + schedule.step(times[0], t) * (f - ends[0]);
    }

    /** The time after i of n steps of a trajectory. */
    static double time(NoiseSchedule schedule, int i, int n) {
        return schedule.tMax() * Math.pow(1 - i / (double) n, 1.25);
    }

    /** The steps of a trajectory that are taken at a time. */
    static int taken(NoiseSchedule schedule, double t, int steps) {
        return Math.min(steps - (t > schedule.tMin() ? 1 : 0), (int) (steps * (1 - Math.pow(t / schedule.tMax(), 0.8))));
    }

    OptionStep run() {
        run(worker);
        return this;
    }

    void run(int block) {
        memory.upload(worker.kernels);
        if (batch.isRegression()) {
            trajectories.upload(worker.kernels);
            worker.solve(memory.block(block));
            trajectories.keep(worker.kernels);
            trajectories.gather(worker.kernels);
        }
        worker.run(memory.block(block), gradients, false);
    }

    void run(BlockWorker other) {
        memory.upload(other.kernels);
        other.run(memory.block(0), gradients, false);
        memory.download(other.kernels, residual);
    }

    float[] values(Tensor tensor) {
        float[] values = new float[BATCH * PIXEL];
        worker.kernels.download(tensor.data(), values, 0);
        return values;
    }

    /** The student's signals at other times; its head is the identity. */
    float[] signals(float[] networkTime) {
        float[] signals = new float[BATCH * PIXEL];
        try (Plan plan = new Plan(student, BATCH, Plan.Mode.INFERENCE)) {
            worker.kernels.upload(values(worker.noise), 0, plan.x().data());
            worker.kernels.upload(networkTime, 0, plan.scalar("t").data());
            worker.kernels.upload(batch.samples.condition, 0, plan.condition().data());
            plan.forward(worker.kernels, BATCH);
            worker.kernels.download(plan.y().data(), signals, 0);
        }
        return signals;
    }

    /** What the signals gain while the network's time passes from h before to h after t. */
    float[] difference(double h) {
        float[][] times = new float[2][BATCH];
        for (int i = 0; i < BATCH; i++) {
            times[0][i] = (float) (batch.networkT[i] - h);
            times[1][i] = (float) (batch.networkT[i] + h);
        }
        float[] before = signals(times[0]);
        float[] difference = signals(times[1]);
        for (int i = 0; i < difference.length; i++) {
            difference[i] -= before[i];
        }
        return difference;
    }

    float[] gradient() {
        float[] values = new float[Math.toIntExact(gradients.flat().length())];
        worker.kernels.download(gradients.flat(), values, 0);
        return values;
    }

    double[] row(float[] values, int row) {
        return new double[] {values[row * PIXEL], values[row * PIXEL + 1]};
    }

    @Override
    public void close() {
        gradients.close();
        worker.close();
        if (trajectories != null) {
            trajectories.close();
        }
        memory.close();
        student.close();
    }
}
