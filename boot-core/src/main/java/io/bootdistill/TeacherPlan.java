package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Scope;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Plan;
import java.util.Arrays;

/**
 * A teacher made ready for a block of samples on one worker: the state is written to {@link #x()}, {@link #run} fills
 * {@link #output()} and, where guided, {@link #nullOutput()}.
 */
abstract class TeacherPlan implements AutoCloseable {

    /** What the teacher's outputs mean; the Signal-ODE kernels convert them. */
    abstract Prediction prediction();

    abstract Tensor x();

    abstract Tensor output();

    /** The output without condition; null where unguided. */
    abstract Tensor nullOutput();

    /** Runs n samples with the times and conditions of the rows [from, from + n) of the batch. */
    abstract void run(Kernels kernels, int n, double[] t, float[] networkTime, float[] condition, int from);

    @Override
    public abstract void close();

    static TeacherPlan of(Teacher teacher, Device device, int block, Guidance guidance) {
        if (teacher instanceof NetworkTeacher network) {
            return new OfNetwork(network, block, guidance);
        }
        return new OfFunction(teacher, device, block, guidance);
    }

    /** Runs the network on its device: where guided, samples and their null conditions are one batch of twice the size. */
    private static final class OfNetwork extends TeacherPlan {

        private final NetworkTeacher teacher;
        private final Plan plan;
        private final Scope scope = new Scope();
        private final Tensor x;
        private final Tensor output;
        private final Tensor nullOutput;
        private final float[] times;
        private final float[] conditions;
        private final float nullLabel;

        /** The second halves of the network's x and y for n samples, made when first needed: a step allocates nothing. */
        private final Tensor[] nullX;

        private final Tensor[] nullY;

        OfNetwork(NetworkTeacher teacher, int block, Guidance guidance) {
            this.teacher = teacher;
            ImageShape shape = teacher.shape();
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
            x = rows(plan.x(), 0, block);
            output = rows(plan.y(), 0, block);
            nullLabel = guidance == null ? 0 : guidance.nullLabel();
            times = new float[rows];
            conditions = new float[rows * teacher.condition().floats()];
            nullX = new Tensor[block + 1];
            nullY = new Tensor[block + 1];
        }

        @Override
        Prediction prediction() {
            return teacher.prediction();
        }

        @Override
        Tensor x() {
            return x;
        }

        @Override
        Tensor output() {
            return output;
        }

        @Override
        Tensor nullOutput() {
            return nullOutput;
        }

        @Override
        void run(Kernels kernels, int n, double[] t, float[] networkTime, float[] condition, int from) {
            if (nullOutput == null) {
                kernels.upload(networkTime, from, plan.scalar("t"));
                if (plan.condition() != null) {
                    kernels.upload(condition, from * plan.condition().channels(), plan.condition().data());
                }
                plan.forward(kernels, n);
                return;
            }
            System.arraycopy(networkTime, from, times, 0, n);
            System.arraycopy(networkTime, from, times, n, n);
            kernels.upload(times, 0, plan.scalar("t"));
            System.arraycopy(condition, from, conditions, 0, n);
            Arrays.fill(conditions, n, 2 * n, nullLabel);
            kernels.upload(conditions, 0, plan.condition().data());
            long pixels = (long) n * teacher.shape().pixels();
            kernels.affine(pixels, x, 1, 0, null, second(nullX, plan.x(), n));
            plan.forward(kernels, 2 * n);
            kernels.affine(pixels, second(nullY, plan.y(), n), 1, 0, null, nullOutput);
        }

        private Tensor second(Tensor[] known, Tensor whole, int n) {
            if (known[n] == null) {
                known[n] = rows(whole, n, n);
            }
            return known[n];
        }

        /** The samples [from, from + n). */
        private Tensor rows(Tensor whole, int from, int n) {
            long size = (long) teacher.shape().pixels() * whole.stride();
            return new Tensor(whole.data().slice(from * size, n * size), whole.channels(), whole.stride());
        }

        @Override
        public void close() {
            scope.close();
        }
    }

    /** Calls a user's teacher with arrays on the host. */
    private static final class OfFunction extends TeacherPlan {

        private final Teacher teacher;
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

        OfFunction(Teacher teacher, Device device, int block, Guidance guidance) {
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
        Prediction prediction() {
            return Prediction.SAMPLE;
        }

        @Override
        Tensor x() {
            return x;
        }

        @Override
        Tensor output() {
            return output;
        }

        @Override
        Tensor nullOutput() {
            return nullOutput;
        }

        @Override
        void run(Kernels kernels, int n, double[] t, float[] networkTime, float[] condition, int from) {
            kernels.download(x.data(), rows, 0);
            Layout.toPlanes(n, shape, rows, states);
            System.arraycopy(t, from, times, 0, n);
            System.arraycopy(condition, from * conditionFloats, conditions, 0, n * conditionFloats);
            if (nullOutput == null) {
                teacher.predict(n, states, times, conditions, predictions);
                store(kernels, n, output);
                return;
            }
            int half = n * shape.size();
            System.arraycopy(states, 0, states, half, half);
            System.arraycopy(times, 0, times, n, n);
            Arrays.fill(conditions, n, 2 * n, nullLabel);
            teacher.predict(2 * n, states, times, conditions, predictions);
            store(kernels, n, output);
            System.arraycopy(predictions, half, predictions, 0, half);
            store(kernels, n, nullOutput);
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

    static void requireGuidance(ConditionShape condition, Guidance guidance) {
        if (guidance != null
                && !(condition instanceof ConditionShape.Label label && guidance.nullLabel() < label.count())) {
            throw new IllegalArgumentException("guidance needs labels and a null label among them; the teacher has "
                    + condition + ", the null label is " + guidance.nullLabel());
        }
    }
}
