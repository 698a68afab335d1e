package io.bootdistill;

import io.bootdistill.SignalOde.Solver;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Scope;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.network.ImageShape;
import java.util.Arrays;
import java.util.function.IntConsumer;

/** Takes a block of samples from noise along a {@link Trajectory}, in signal space, on one worker. */
final class TrajectoryWalk implements AutoCloseable {

    private final ImageShape shape;
    private final NoiseSchedule schedule;
    private final Trajectory trajectory;
    private final TeacherPlan plan;
    private final Kernels kernels;
    private final double clip;
    private final DeviceMemory memory;
    private final Tensor y;
    private final Tensor f;

    /** Heun's and the midpoint's prediction of y; the multistep solver's f of every other evaluation. */
    private final Tensor other;

    private final Slice coefficients;
    private final float[] numbers;
    private final BlockInputs inputs;
    private final float[] networkTime;
    private final int floats;

    /** The plan and the kernels stay the caller's; the plan's block is at least {@code block}. */
    TrajectoryWalk(
            Teacher teacher, Trajectory trajectory, TeacherPlan plan, Kernels kernels, double clip, Device device, int block) {
        shape = teacher.shape();
        schedule = teacher.schedule();
        this.trajectory = trajectory;
        this.plan = plan;
        this.kernels = kernels;
        this.clip = clip;
        long size = (long) block * shape.size();
        numbers = new float[block * SignalCoefficients.COUNT];
        floats = teacher.condition().floats();
        memory = device.allocate(3 * size + numbers.length + block * (1L + floats));
        y = Tensor.of(memory.slice(0, size), shape.channels());
        f = Tensor.of(memory.slice(size, size), shape.channels());
        other = Tensor.of(memory.slice(2 * size, size), shape.channels());
        coefficients = memory.slice(3 * size, numbers.length);
        networkTime = new float[block];
        inputs = BlockInputs.in(memory.slice(3 * size + numbers.length, block * (1L + floats)), block, floats,
                new double[block], new float[block], new float[block * floats]);
    }

    /** The signal; the state is in the plan's x. */
    Tensor y() {
        return y;
    }

    /**
     * Walks n samples from the first rows of {@code noise}.
     *
     * @param guidance w of each sample, the first of them at {@code from}; so the conditions, null where there are none
     * @param evaluated told the index of each evaluation when its step is done
     */
    void run(int n, Tensor noise, float[] guidance, float[] condition, int from, IntConsumer evaluated) {
        System.arraycopy(guidance, from, inputs.scales(), 0, n);
        if (floats > 0) {
            System.arraycopy(condition, from * floats, inputs.conditions(), 0, n * floats);
        }
        long count = (long) n * shape.pixels();
        kernels.affine(count, noise, (float) trajectory.start(), 0, null, y);
        kernels.affine(count, noise, 1, 0, null, plan.x());
        for (int i = 0; i < trajectory.evaluations(); i++) {
            double t = trajectory.times()[i];
            double c = trajectory.steps()[i];
            setPredictions(n, t, trajectory.isTwice(i) ? trajectory.seconds()[i] : t);
            if (trajectory.solver() == Solver.MULTISTEP) {
                double g = trajectory.extrapolation(i);
                setStep(c, trajectory.alphas()[i], trajectory.sigmas()[i], 1 + g);
                evaluate(n, t);
                step(n, 0, noise, g == 0 ? null : i % 2 == 0 ? other : f, i % 2 == 0 ? f : other, y);
            } else if (!trajectory.isTwice(i)) {
                setStep(c, trajectory.alphas()[i], trajectory.sigmas()[i], 1);
                evaluate(n, t);
                step(n, 0, noise, null, null, y);
            } else if (trajectory.solver() == Solver.HEUN) {
                setStep(c, trajectory.alphas()[i], trajectory.sigmas()[i], 0.5);
                evaluate(n, t);
                step(n, 0, noise, null, f, other);
                evaluate(n, trajectory.seconds()[i]);
                step(n, 1, noise, f, null, y);
            } else { // midpoint: see SignalOde.coefficients
                double m = trajectory.seconds()[i];
                double half = schedule.step(t, m);
                setStep(half, schedule.alpha(m), schedule.sigma(m), 1);
                evaluate(n, t);
                step(n, 0, noise, null, null, other);
                setStep(half, trajectory.alphas()[i], trajectory.sigmas()[i], c / half);
                evaluate(n, m);
                step(n, 1, noise, y, null, y);
            }
            evaluated.accept(i);
        }
    }

    /** How the outputs at t, and at m where there is a second evaluation, become predictions. */
    private void setPredictions(int n, double t, double m) {
        Prediction prediction = plan.prediction();
        for (int i = 0; i < n; i++) {
            int k = i * SignalCoefficients.COUNT;
            numbers[k + SignalCoefficients.STATE_FACTOR_T] =
                    (float) prediction.stateFactor(schedule.alpha(t), schedule.sigma(t));
            numbers[k + SignalCoefficients.OUTPUT_FACTOR_T] =
                    (float) prediction.outputFactor(schedule.alpha(t), schedule.sigma(t));
            numbers[k + SignalCoefficients.STATE_FACTOR_S] =
                    (float) prediction.stateFactor(schedule.alpha(m), schedule.sigma(m));
            numbers[k + SignalCoefficients.OUTPUT_FACTOR_S] =
                    (float) prediction.outputFactor(schedule.alpha(m), schedule.sigma(m));
            numbers[k + SignalCoefficients.GUIDANCE] = inputs.scales()[i];
            numbers[k + SignalCoefficients.CLIP] = (float) clip;
        }
    }

    /** The factor of the step, the noise level of the state after it, and the share of the second evaluation. */
    private void setStep(double c, double alpha, double sigma, double mean) {
        for (int k = 0; k < numbers.length; k += SignalCoefficients.COUNT) {
            numbers[k + SignalCoefficients.STEP] = (float) c;
            numbers[k + SignalCoefficients.ALPHA_S] = (float) alpha;
            numbers[k + SignalCoefficients.SIGMA_S] = (float) sigma;
            numbers[k + SignalCoefficients.MEAN] = (float) mean;
        }
        kernels.upload(numbers, 0, coefficients);
    }

    private void step(int n, int stage, Tensor noise, Tensor previous, Tensor prediction, Tensor target) {
        kernels.signalStep(n, shape.pixels(), stage, coefficients, noise, plan.x(), plan.output(), plan.nullOutput(), previous,
                y, prediction, target, plan.x());
    }

    private void evaluate(int n, double t) {
        Arrays.fill(inputs.times(), t);
        Arrays.fill(networkTime, (float) schedule.networkTime(t));
        inputs.upload(kernels, networkTime);
        plan.run(kernels, n, inputs);
    }

    @Override
    public void close() {
        memory.close();
    }
}
