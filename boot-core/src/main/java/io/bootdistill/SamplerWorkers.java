package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Scope;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.network.ImageShape;
import java.util.Arrays;

/** The workers of one sampling run: each takes blocks of samples through the whole trajectory. */
final class SamplerWorkers implements AutoCloseable {

    private final Teacher teacher;
    private final Trajectory trajectory;
    private final Guidance guidance;
    private final double clip;
    private final DynamicThreshold threshold;
    private final int block;
    private final Scope scope = new Scope();
    private final WorkerPool pool;
    private final Worker[] workers;

    SamplerWorkers(
            Teacher teacher, Device device, Trajectory trajectory, Guidance guidance, double clip, DynamicThreshold threshold,
            int count, int block) {
        this.teacher = teacher;
        this.trajectory = trajectory;
        this.guidance = guidance;
        this.clip = clip;
        this.threshold = threshold;
        this.block = block;
        workers = new Worker[count];
        try {
            for (int i = 0; i < count; i++) {
                workers[i] = scope.own(new Worker(device));
            }
            pool = scope.own(new WorkerPool(count));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    void run(int n, float[] noise, float[] condition, float[] samples, Sampler.StateListener listener) {
        pool.run((n + block - 1) / block, (worker, task) -> {
            int from = task * block;
            workers[worker].run(from, Math.min(block, n - from), noise, condition, samples, listener);
        });
    }

    @Override
    public void close() {
        scope.close();
    }

    private final class Worker implements AutoCloseable {

        private final Kernels kernels;
        private final TeacherPlan plan;
        private final Scope own = new Scope();
        private final Tensor noise;
        private final Tensor y;
        private final Tensor f;
        private final Tensor predicted;
        private final Slice coefficients;
        private final BlockInputs inputs;
        private final float[] rows;
        private final float[] planes;
        private final float[] numbers = new float[block * SignalCoefficients.COUNT];
        private final float[] networkTime = new float[block];
        private final double[] times = new double[block];
        private final float[] conditions = new float[block * teacher.condition().floats()];

        Worker(Device device) {
            ImageShape shape = teacher.shape();
            long size = (long) block * shape.size();
            try {
                kernels = own.own(device.openKernels());
                plan = own.own(TeacherPlan.of(teacher, device, block, guidance, threshold));
                DeviceMemory memory = own.own(device.allocate(4 * size));
                noise = Tensor.of(memory.slice(0, size), shape.channels());
                y = Tensor.of(memory.slice(size, size), shape.channels());
                f = Tensor.of(memory.slice(2 * size, size), shape.channels());
                predicted = Tensor.of(memory.slice(3 * size, size), shape.channels());
                coefficients = own.own(device.allocate(numbers.length)).slice();
                DeviceMemory given = own.own(device.allocate(block + conditions.length));
                inputs = BlockInputs.in(given, block, conditions.length / block, times, conditions);
            } catch (RuntimeException | Error e) {
                own.closeAfter(e);
                throw e;
            }
            rows = new float[Math.toIntExact(size)];
            planes = new float[rows.length];
        }

        void run(int from, int n, float[] source, float[] condition, float[] samples, Sampler.StateListener listener) {
            ImageShape shape = teacher.shape();
            int size = shape.size();
            int pixels = shape.pixels();
            System.arraycopy(source, from * size, planes, 0, n * size);
            Layout.toRows(n, shape, planes, rows);
            kernels.upload(rows, 0, noise.data());
            if (conditions.length > 0) {
                int floats = conditions.length / block;
                System.arraycopy(condition, from * floats, conditions, 0, n * floats);
            }
            long count = (long) n * pixels;
            kernels.affine(count, noise, (float) trajectory.start(), 0, null, y);
            kernels.affine(count, noise, 1, 0, null, plan.x());
            for (int i = 0; i < trajectory.evaluations(); i++) {
                setStep(i);
                evaluate(n, trajectory.times()[i]);
                if (trajectory.heun()[i]) {
                    kernels.signalStep(n, pixels, 0, coefficients, noise, plan.x(), plan.output(),
                            plan.nullOutput(), null, y, f, predicted, plan.x());
                    evaluate(n, trajectory.times()[i + 1]);
                    kernels.signalStep(n, pixels, 1, coefficients, noise, plan.x(), plan.output(),
                            plan.nullOutput(), f, y, null, y, plan.x());
                } else {
                    kernels.signalStep(n, pixels, 0, coefficients, noise, plan.x(), plan.output(),
                            plan.nullOutput(), null, y, null, y, plan.x());
                }
                if (listener != null) {
                    listener.state(i, from, n, Arrays.copyOf(state(n), n * size));
                }
            }
            System.arraycopy(state(n), 0, samples, from * size, n * size);
        }

        private float[] state(int n) {
            kernels.download(plan.x().data(), rows, 0);
            Layout.toPlanes(n, teacher.shape(), rows, planes);
            return planes;
        }

        private void setStep(int i) {
            NoiseSchedule schedule = teacher.schedule();
            double t = trajectory.times()[i];
            double alpha = schedule.alpha(t);
            double sigma = schedule.sigma(t);
            double alphaS = trajectory.alphas()[i];
            double sigmaS = trajectory.sigmas()[i];
            Prediction prediction = plan.prediction();
            for (int k = 0; k < numbers.length; k += SignalCoefficients.COUNT) {
                numbers[k + SignalCoefficients.STATE_FACTOR_T] = (float) prediction.stateFactor(alpha, sigma);
                numbers[k + SignalCoefficients.OUTPUT_FACTOR_T] = (float) prediction.outputFactor(alpha, sigma);
                numbers[k + SignalCoefficients.STEP] = (float) trajectory.steps()[i];
                numbers[k + SignalCoefficients.ALPHA_S] = (float) alphaS;
                numbers[k + SignalCoefficients.SIGMA_S] = (float) sigmaS;
                numbers[k + SignalCoefficients.STATE_FACTOR_S] = (float) prediction.stateFactor(alphaS, sigmaS);
                numbers[k + SignalCoefficients.OUTPUT_FACTOR_S] = (float) prediction.outputFactor(alphaS, sigmaS);
                numbers[k + SignalCoefficients.MEAN] = 0.5f;
                numbers[k + SignalCoefficients.GUIDANCE] = guidance == null ? 1 : (float) guidance.scale();
                numbers[k + SignalCoefficients.CLIP] = (float) clip;
            }
            kernels.upload(numbers, 0, coefficients);
        }

        private void evaluate(int n, double t) {
            Arrays.fill(times, t);
            Arrays.fill(networkTime, (float) teacher.schedule().networkTime(t));
            inputs.upload(kernels, networkTime);
            plan.run(kernels, n, inputs);
        }

        @Override
        public void close() {
            own.close();
        }
    }
}
