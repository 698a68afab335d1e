package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Scope;
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

    /** Runs the first n samples of a block. */
    abstract void run(Kernels kernels, int n, BlockInputs inputs);

    /** Whether {@link #run} transfers nothing and depends on nothing on the host. */
    abstract boolean staysOnDevice();

    @Override
    public abstract void close();

    /** @param threshold null for none */
    static TeacherPlan of(Teacher teacher, Device device, int block, Guidance guidance, DynamicThreshold threshold) {
        TeacherPlan plan = of(teacher, device, block, guidance);
        return threshold == null ? plan : new ThresholdedPlan(plan, teacher, device, block, guidance, threshold);
    }

    static TeacherPlan of(Teacher teacher, Device device, int block, Guidance guidance) {
        if (teacher instanceof NetworkTeacher network) {
            return new OfNetwork(network, block, guidance);
        }
        return new OfFunction(teacher, device, block, guidance);
    }

    /** Runs the network on its device. */
    private static final class OfNetwork extends TeacherPlan {

        private final NetworkTeacher teacher;
        private final Plan plan;
        private final Scope scope = new Scope();
        private final Tensor nullOutput;
        private final float nullLabel;
        private final int pixels;

        OfNetwork(NetworkTeacher teacher, int block, Guidance guidance) {
            this.teacher = teacher;
            ImageShape shape = teacher.shape();
            pixels = shape.pixels();
            try {
                plan = scope.own(new Plan(teacher.model(), block, Plan.Mode.INFERENCE));
                if (guidance == null) {
                    nullOutput = null;
                    nullLabel = 0;
                } else {
                    DeviceMemory memory = scope.own(teacher.model().device().allocate((long) block * shape.size()));
                    nullOutput = Tensor.of(memory.slice(), shape.channels());
                    nullLabel = guidance.nullLabel();
                }
            } catch (RuntimeException | Error e) {
                scope.closeAfter(e);
                throw e;
            }
        }

        @Override
        Prediction prediction() {
            return teacher.prediction();
        }

        @Override
        Tensor x() {
            return plan.x();
        }

        @Override
        Tensor output() {
            return plan.y();
        }

        @Override
        Tensor nullOutput() {
            return nullOutput;
        }

        @Override
        void run(Kernels kernels, int n, BlockInputs inputs) {
            kernels.affine(n, inputs.networkTime(), 1, 0, null, plan.scalar("t"));
            if (nullOutput != null) {
                kernels.fill(plan.condition().data(), nullLabel);
                plan.forward(kernels, n);
                kernels.affine((long) n * pixels, plan.y(), 1, 0, null, nullOutput);
            }
            if (plan.condition() != null) {
                kernels.affine(n, inputs.condition(), 1, 0, null, plan.condition());
            }
            plan.forward(kernels, n);
        }

        @Override
        boolean staysOnDevice() {
            return true;
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
            rows = new float[Math.toIntExact(size)];
            states = new float[rows.length];
            predictions = new float[rows.length];
            times = new double[block];
            conditions = new float[block * conditionFloats];
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
        void run(Kernels kernels, int n, BlockInputs inputs) {
            kernels.download(x.data(), rows, 0);
            Layout.toPlanes(n, shape, rows, states);
            System.arraycopy(inputs.times(), inputs.from(), times, 0, n);
            System.arraycopy(
                    inputs.conditions(), inputs.from() * conditionFloats, conditions, 0, n * conditionFloats);
            predict(kernels, n, output);
            if (nullOutput != null) {
                Arrays.fill(conditions, nullLabel);
                predict(kernels, n, nullOutput);
            }
        }

        @Override
        boolean staysOnDevice() {
            return false;
        }

        private void predict(Kernels kernels, int n, Tensor target) {
            teacher.predict(n, states, times, conditions, predictions);
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
