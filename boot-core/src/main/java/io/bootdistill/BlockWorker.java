package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Scope;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Slice;
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
    private final Slice coefficients;
    private final Slice residuals;
    private final long[] seeds;
    private final float[] rows;

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
            coefficients = scope.own(device.allocate((long) block * SignalCoefficients.COUNT)).slice();
            residuals = scope.own(device.allocate(block)).slice();
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
        seeds = new long[block];
        rows = new float[block];
    }

    private Tensor tensor(DeviceMemory memory, int index, long size) {
        return Tensor.of(memory.slice(index * size, size), shape.channels());
    }

    /** The state x̂ of the last block. */
    Tensor state() {
        return teacher.x();
    }

    /**
     * Runs a block of the batch and adds its gradient to a lane.
     *
     * @param residual written at the block's rows: ‖r‖² of each sample
     */
    void run(Batch batch, int blockIndex, Gradients lane, boolean accumulate, float[] residual) {
        int from = batch.firstRow(blockIndex);
        int n = batch.samples(blockIndex);
        System.arraycopy(batch.seeds, from, seeds, 0, n);
        kernels.noise(n, shape.pixels(), seeds, 0, noise);
        runWithNoise(batch, blockIndex, lane, accumulate, residual);
    }

    /** Like {@link #run}, with the noise that is there. */
    void runWithNoise(Batch batch, int blockIndex, Gradients lane, boolean accumulate, float[] residual) {
        int from = batch.firstRow(blockIndex);
        int n = batch.samples(blockIndex);
        kernels.upload(batch.coefficients, from * SignalCoefficients.COUNT, coefficients);
        target(batch, from, n, batch.bootstrapSamples(blockIndex));
        student(learn, batch.networkS, batch, from, n);
        kernels.bootstrapLoss(
                n, shape.pixels(), coefficients, noise, learn.y(), target, prediction, learn.dy(),
                residuals);
        learn.backward(kernels, n, lane, accumulate);
        kernels.download(residuals, rows, 0);
        System.arraycopy(rows, 0, residual, from, n);
    }

    /**
     * The target of the first {@code bootstrap} of n samples, SG[step(y_θ(ε, t), t → s)], and that of the others,
     * f_φ(ε, t_max): a step with c = 1 from y = 0.
     */
    private void target(Batch batch, int from, int n, int bootstrap) {
        int pixels = shape.pixels();
        if (bootstrap < n) {
            kernels.fill(y.data(), 0);
            kernels.affine((long) n * pixels, noise, 1, 0, null, teacher.x());
        }
        if (bootstrap > 0) {
            student(look, batch.networkT, batch, from, bootstrap);
            kernels.signalState(bootstrap, pixels, coefficients, noise, look.y(), y, teacher.x());
        }
        boolean heun = config.solver() == SignalOde.Solver.HEUN && bootstrap > 0;
        teacher.run(kernels, n, batch.t, batch.networkT, batch.condition, from);
        kernels.signalStep(n, pixels, 0, coefficients, noise, teacher.x(), teacher.output(),
                teacher.nullOutput(), null, y, f, target, heun ? teacher.x() : null);
        if (heun) {
            teacher.run(kernels, bootstrap, batch.s, batch.networkS, batch.condition, from);
            kernels.signalStep(bootstrap, pixels, 1, coefficients, noise, teacher.x(), teacher.output(),
                    teacher.nullOutput(), f, y, null, target, null);
        }
    }

    private void student(Plan plan, float[] networkTime, Batch batch, int from, int n) {
        kernels.affine((long) n * shape.pixels(), noise, 1, 0, null, plan.x());
        kernels.upload(networkTime, from, plan.scalar("t"));
        if (plan.condition() != null) {
            kernels.upload(batch.condition, from * plan.condition().channels(), plan.condition().data());
        }
        plan.forward(kernels, n);
    }

    @Override
    public void close() {
        scope.close();
    }
}
