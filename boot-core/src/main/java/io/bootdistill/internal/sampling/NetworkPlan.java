package io.bootdistill.internal.sampling;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.work.ConditionInputs;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Network;
import io.bootdistill.network.Plan;
import org.jspecify.annotations.Nullable;

/**
 * Runs the network on its device: where guided, samples and their null conditions are one batch of twice the size. Of an output
 * with more channels than x, a learnt variance, the first are the prediction. A network that is told the scale is called once.
 */
final class NetworkPlan implements TeacherPlan {

    private record Half(Tensor t, Tensor x, Tensor y) {}

    private final TeacherModel teacher;
    private final Plan plan;
    private final int pixels;
    private final Scope scope = new Scope();

    /** Whether the network is told the scale of the guidance. */
    private final boolean isTold;

    private final Tensor x;
    private final Tensor output;
    private final @Nullable Tensor nullOutput;

    /** The null label of each sample; null where there is no guidance. */
    private final @Nullable Tensor nullLabels;

    private final ConditionInputs conditions;

    /** The second halves of the network's rows for n samples, made when first needed: a step allocates nothing. */
    private final @Nullable Half[] halves;

    NetworkPlan(TeacherModel teacher, int block, @Nullable Guidance guidance) {
        this.teacher = teacher;
        ImageShape shape = teacher.shape();
        pixels = shape.pixels();
        Network network = teacher.model().graph().network();
        isTold = TeacherModel.isTold(network);
        boolean isGuided = guidance != null && !isTold;
        int rows = isGuided ? 2 * block : block;
        try {
            plan = scope.own(new Plan(teacher.model(), rows, Plan.Mode.INFERENCE));
            if (!isGuided) {
                nullOutput = null;
                nullLabels = null;
            } else {
                Device device = teacher.model().device();
                long size = (long) block * shape.size();
                DeviceMemory memory = scope.own(device.allocate(size + block));
                nullOutput = Tensor.of(memory.slice(0, size), shape.channels());
                nullLabels = Tensor.of(memory.slice(size, block), 1);
                try (Kernels kernels = device.openKernels()) {
                    kernels.fill(nullLabels.data(), guidance.nullLabel());
                }
            }
            if (isTold) {
                try (Kernels kernels = teacher.model().device().openKernels()) {
                    kernels.fill(plan.scalar(ScalarInputs.GUIDANCE).data(), guidance == null ? 1 : (float) guidance.scale());
                }
            }
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
        x = rows(plan.x(), pixels, 0, block);
        output = rows(plan.y(), pixels, 0, block).columns(0, shape.channels());
        conditions = new ConditionInputs(plan, network.condition(), teacher.conditions());
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
    public @Nullable Tensor nullOutput() {
        return nullOutput;
    }

    @Override
    public void run(Kernels kernels, int n, BlockInputs inputs) {
        kernels.affine(n, inputs.networkTime(), 1, 0, null, plan.scalar(ScalarInputs.TIME));
        conditions.write(kernels, 0, n, inputs.condition());
        if (isTold && inputs.scale() != null) {
            kernels.affine(n, inputs.scale(), 1, 0, null, plan.scalar(ScalarInputs.GUIDANCE));
        }
        if (nullOutput == null) {
            plan.forward(kernels, n);
            return;
        }
        Half half = half(n);
        kernels.affine(n, inputs.networkTime(), 1, 0, null, half.t);
        conditions.writeNull(kernels, n, n, inputs.condition(), nullLabels);
        kernels.affine((long) n * pixels, x, 1, 0, null, half.x);
        plan.forward(kernels, 2 * n);
        kernels.affine((long) n * pixels, half.y, 1, 0, null, nullOutput);
    }

    private Half half(int n) {
        if (halves[n] == null) {
            halves[n] = new Half(rows(plan.scalar(ScalarInputs.TIME), 1, n, n), rows(plan.x(), pixels, n, n),
                    rows(plan.y(), pixels, n, n).columns(0, teacher.shape().channels()));
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
