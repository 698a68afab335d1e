package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Scope;
import io.bootdistill.device.Tensor;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;

/**
 * One worker of a training step: takes a block of samples from noise to the gradient of its loss.
 *
 * <pre>
 * ε ─ student at t ─► y ─► x̂ = α y + σ ε ─ teacher ─► f ─► target (Heun: teacher once more at s)
 * ε ─ at the boundary t_max: y = 0, x̂ = ε ─ teacher ─► f = target
 * ε ─ student at s ─► ŷ ─► loss against the target ─► gradient
 * </pre>
 */
final class BlockWorker implements AutoCloseable {

    private final DistillationConfig config;
    private final ImageShape shape;
    private final Plan look;
    private final Plan learn;
    private final TeacherPlan teacher;
    private final Scope scope = new Scope();

    final Kernels kernels;
    final Tensor noise;
    final Tensor y;
    final Tensor f;
    final Tensor target;
    final Tensor prediction;

    BlockWorker(DistillationConfig config, Teacher teacher, Model student, Guidance guidance) {
        this.config = config;
        this.shape = teacher.shape();
        Device device = student.device();
        int block = config.block();
        try {
            kernels = scope.own(device.openKernels());
            look = scope.own(new Plan(student, block, Plan.Mode.INFERENCE));
            learn = scope.own(new Plan(student, block, Plan.Mode.TRAINING));
            this.teacher = scope.own(TeacherPlan.of(
                    teacher, device, block, guidance, config.clip() < 0 ? NetworkTeacher.schedulerThreshold(teacher) : null));
            long size = (long) block * shape.size();
            DeviceMemory memory = scope.own(device.allocate(5 * size));
            noise = tensor(memory, 0, size);
            y = tensor(memory, 1, size);
            f = tensor(memory, 2, size);
            target = tensor(memory, 3, size);
            prediction = tensor(memory, 4, size);
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    private Tensor tensor(DeviceMemory memory, int index, long size) {
        return Tensor.of(memory.slice(index * size, size), shape.channels());
    }

    /** The state x̂ of the last block. */
    Tensor state() {
        return teacher.x();
    }

    /** Whether {@link #run} only calls kernels, and always the same for a block. */
    boolean staysOnDevice() {
        return teacher.staysOnDevice();
    }

    /** Runs a block of the batch, leaves the residuals there and adds the gradient to a lane. */
    void run(BatchMemory.Block block, Gradients lane, boolean accumulate) {
        kernels.noise(block.samples(), shape.pixels(), block.seeds(), 0, noise);
        runWithNoise(block, lane, accumulate);
    }

    /** Like {@link #run}, with the noise that is there. */
    void runWithNoise(BatchMemory.Block block, Gradients lane, boolean accumulate) {
        int n = block.samples();
        target(block);
        student(learn, block.atS(), n);
        kernels.bootstrapLoss(
                n, shape.pixels(), block.coefficients(), noise, learn.y(), target, prediction, learn.dy(), block.residual());
        learn.backward(kernels, n, lane, accumulate);
    }

    /**
     * The target of the bootstrap samples, SG[step(y_θ(ε, t), t → s)], and that of the others, f_φ(ε, t_max): a step with
     * c = 1 from y = 0.
     */
    private void target(BatchMemory.Block block) {
        int pixels = shape.pixels();
        int n = block.samples();
        int bootstrap = block.bootstrap();
        if (bootstrap < n) {
            kernels.fill(y.data(), 0);
            kernels.affine((long) n * pixels, noise, 1, 0, null, teacher.x());
        }
        if (bootstrap > 0) {
            student(look, block.atT(), bootstrap);
            kernels.signalState(bootstrap, pixels, block.coefficients(), noise, look.y(), y, teacher.x());
        }
        boolean heun = config.solver() == SignalOde.Solver.HEUN && bootstrap > 0;
        teacher.run(kernels, n, block.atT());
        kernels.signalStep(n, pixels, 0, block.coefficients(), noise, teacher.x(), teacher.output(),
                teacher.nullOutput(), null, y, f, target, heun ? teacher.x() : null);
        if (heun) {
            teacher.run(kernels, bootstrap, block.atS());
            kernels.signalStep(bootstrap, pixels, 1, block.coefficients(), noise, teacher.x(), teacher.output(),
                    teacher.nullOutput(), f, y, null, target, null);
        }
    }

    private void student(Plan plan, BlockInputs inputs, int n) {
        kernels.affine((long) n * shape.pixels(), noise, 1, 0, null, plan.x());
        kernels.affine(n, inputs.networkTime(), 1, 0, null, plan.scalar("t"));
        if (plan.condition() != null) {
            kernels.affine(n, inputs.condition(), 1, 0, null, plan.condition());
        }
        plan.forward(kernels, n);
    }

    @Override
    public void close() {
        scope.close();
    }
}
