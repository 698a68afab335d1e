package io.bootdistill.internal.sampling;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.work.Layout;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Plan;
import java.util.Arrays;

/**
 * A teacher made ready for a block of samples on one worker: the state is written to {@link #x()}, {@link #run} fills
 * {@link #output()} and, where guided, {@link #nullOutput()}.
 */
public abstract class TeacherPlan implements AutoCloseable {

    /** What the teacher's outputs mean; the Signal-ODE kernels convert them. */
    public abstract Prediction prediction();

    public abstract Tensor x();

    public abstract Tensor output();

    /** The output without condition; null where unguided. */
    public abstract Tensor nullOutput();

    /** Runs the first n samples of a block. */
    public abstract void run(Kernels kernels, int n, BlockInputs inputs);

    /** Whether {@link #run} transfers nothing and depends on nothing on the host. */
    public abstract boolean staysOnDevice();

    @Override
    public abstract void close();

    /** @param threshold null for none */
    public static TeacherPlan of(TeacherModel teacher, Device device, int block, Guidance guidance, DynamicThreshold threshold) {
        TeacherPlan plan = of(teacher, device, block, guidance);
        return threshold == null ? plan : new ThresholdedPlan(plan, teacher, device, block, threshold);
    }

    public static TeacherPlan of(TeacherModel teacher, Device device, int block, Guidance guidance) {
        if (teacher.isNetwork()) {
            return new OfNetwork(teacher, block, guidance);
        }
        return new OfFunction(teacher, device, block, guidance);
    }

    /** Runs the network on its device: where guided, samples and their null conditions are one batch of twice the size. */
    private static final class OfNetwork extends TeacherPlan {

        private record Half(Tensor t, Tensor condition, Tensor x, Tensor y) {}

        private final TeacherModel teacher;
        private final Plan plan;
        private final int pixels;
        private final Scope scope = new Scope();
        private final Tensor x;
        private final Tensor output;
        private final Tensor nullOutput;
        private final float nullLabel;

        /** The second halves of the network's rows for n samples, made when first needed: a step allocates nothing. */
        private final Half[] halves;

        OfNetwork(TeacherModel teacher, int block, Guidance guidance) {
            this.teacher = teacher;
            ImageShape shape = teacher.shape();
            pixels = shape.pixels();
            int rows = guidance == null ? block : 2 * block;
            try {
                plan = scope.own(new Plan(teacher.model(), rows, Plan.Mode.INFERENCE));
                if (guidance == null) {
                    nullOutput = null;
                } else {
                    DeviceMemory memory = scope.own(teacher.model().device().allocate((long) block * shape.size()));
                    nullOutput = Tensor.of(memory.slice(), shape.channels());
                }
            } catch (RuntimeException | Error e) {
                scope.closeAfter(e);
                throw e;
            }
            x = rows(plan.x(), pixels, 0, block);
            output = rows(plan.y(), pixels, 0, block);
            nullLabel = guidance == null ? 0 : guidance.nullLabel();
            halves = new Half[block + 1];
        }

        @Override
        public Prediction prediction() {
            return teacher.prediction();
        }

        @Override
        public Tensor x() {
            return x;
        }

        @Override
        public Tensor output() {
            return output;
        }

        @Override
        public Tensor nullOutput() {
            return nullOutput;
        }

        @Override
        public void run(Kernels kernels, int n, BlockInputs inputs) {
            kernels.affine(n, inputs.networkTime(), 1, 0, null, plan.scalar(ScalarInputs.TIME));
            if (plan.condition() != null) {
                kernels.affine(n, inputs.condition(), 1, 0, null, plan.condition());
            }
            if (nullOutput == null) {
                plan.forward(kernels, n);
                return;
            }
            Half half = half(n);
            kernels.affine(n, inputs.networkTime(), 1, 0, null, half.t);
            kernels.fill(half.condition.data(), nullLabel);
            kernels.affine((long) n * pixels, x, 1, 0, null, half.x);
            plan.forward(kernels, 2 * n);
            kernels.affine((long) n * pixels, half.y, 1, 0, null, nullOutput);
        }

        private Half half(int n) {
            if (halves[n] == null) {
                halves[n] = new Half(rows(plan.scalar(ScalarInputs.TIME), 1, n, n), rows(plan.condition(), 1, n, n),
                        rows(plan.x(), pixels, n, n), rows(plan.y(), pixels, n, n));
            }
            return halves[n];
        }

        /** The samples [from, from + n) of so many rows each. */
        private static Tensor rows(Tensor whole, int pixels, int from, int n) {
            long size = (long) pixels * whole.stride();
            return new Tensor(whole.data().slice(from * size, n * size), whole.channels(), whole.stride());
        }

        @Override
        public boolean staysOnDevice() {
            return true;
        }

        @Override
        public void close() {
            scope.close();
        }
    }

    /** Calls a user's teacher with arrays on the host. */
    private static final class OfFunction extends TeacherPlan {

        private final TeacherModel teacher;
        private final ImageShape shape;
        private final int conditionFloats;
        private final DeviceMemory memory;
        private final Tensor x;
        private final Tensor output;
        private final Tensor nullOutput;
        private final float[] rows;
        private final float[] states;
        private final float[] predictions;
        private final double[] times;
        private final float[] conditions;
        private final float nullLabel;

        OfFunction(TeacherModel teacher, Device device, int block, Guidance guidance) {
            this.teacher = teacher;
            shape = teacher.shape();
            conditionFloats = teacher.condition().floats();
            long size = (long) block * shape.size();
            memory = device.allocate(guidance == null ? 2 * size : 3 * size);
            x = Tensor.of(memory.slice(0, size), shape.channels());
            output = Tensor.of(memory.slice(size, size), shape.channels());
            nullOutput = guidance == null ? null : Tensor.of(memory.slice(2 * size, size), shape.channels());
            nullLabel = guidance == null ? 0 : guidance.nullLabel();
            int halves = guidance == null ? 1 : 2;
            rows = new float[Math.toIntExact(size)];
            states = new float[halves * rows.length];
            predictions = new float[states.length];
            times = new double[halves * block];
            conditions = new float[halves * block * conditionFloats];
        }

        /** f itself. */
        @Override
        public Prediction prediction() {
            return Prediction.SAMPLE;
        }

        @Override
        public Tensor x() {
            return x;
        }

        @Override
        public Tensor output() {
            return output;
        }

        @Override
        public Tensor nullOutput() {
            return nullOutput;
        }

        @Override
        public void run(Kernels kernels, int n, BlockInputs inputs) {
            kernels.download(x.data(), rows, 0);
            Layout.toPlanes(n, shape, rows, states);
            System.arraycopy(inputs.times(), inputs.from(), times, 0, n);
            System.arraycopy(inputs.conditions(), inputs.from() * conditionFloats, conditions, 0, n * conditionFloats);
            if (nullOutput == null) {
                teacher.denoiser().predict(n, states, times, conditions, predictions);
                store(kernels, n, output);
                return;
            }
            int half = n * shape.size();
            System.arraycopy(states, 0, states, half, half);
            System.arraycopy(times, 0, times, n, n);
            Arrays.fill(conditions, n, 2 * n, nullLabel);
            teacher.denoiser().predict(2 * n, states, times, conditions, predictions);
            store(kernels, n, output);
            System.arraycopy(predictions, half, predictions, 0, half);
            store(kernels, n, nullOutput);
        }

        @Override
        public boolean staysOnDevice() {
            return false;
        }

        private void store(Kernels kernels, int n, Tensor target) {
            Layout.toRows(n, shape, predictions, rows);
            kernels.upload(rows, 0, target.data());
        }

        @Override
        public void close() {
            memory.close();
        }
    }

    public static void requireGuidance(ConditionShape condition, Guidance guidance) {
        if (guidance != null
                && !(condition instanceof ConditionShape.Label label && guidance.nullLabel() < label.count())) {
            throw new IllegalArgumentException("guidance needs labels and a null label among them; the teacher has "
                    + condition + ", the null label is " + guidance.nullLabel());
        }
    }
}
