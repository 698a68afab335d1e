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
 * ε ─ student at t ─► y ─► x̂ = α y + σ ε ─ teacher ─► f ─► target (some solvers: teacher once more)
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
    private final ResidualWeighting residualWeighting;
    private final HardBoundary hard;
    private final WarmStart warmStart;
    private final PinnGradient pinn;
    private final Scope scope = new Scope();
    private final Slice coefficients;
    private final Slice residuals;
    private final Slice divisors;
    private final long[] seeds;
    private final float[] rows;

    final Kernels kernels;
    final Tensor noise;
    final Tensor y;
    final Tensor f;
    final Tensor target;
    final Tensor prediction;

    /**
     * @param target the student that makes the targets: an average of {@code student}, or itself
     * @param clip limit of the teacher's prediction along the trajectories of the warm start
     */
    BlockWorker(
            DistillationConfig config, Teacher teacher, Model target, Model student, Guidance guidance, double clip) {
        this.config = config;
        this.residualWeighting = config.residualWeighting();
        this.shape = teacher.shape();
        Device device = student.device();
        int block = config.block();
        try {
            kernels = scope.own(device.openKernels());
            look = scope.own(new Plan(target, block, Plan.Mode.INFERENCE));
            learn = scope.own(new Plan(student, block, Plan.Mode.TRAINING));
            this.teacher = scope.own(TeacherPlan.of(teacher, device, block, guidance));
            long size = (long) block * shape.size();
            DeviceMemory memory = scope.own(device.allocate(5 * size));
            noise = tensor(memory, 0, size);
            y = tensor(memory, 1, size);
            f = tensor(memory, 2, size);
            this.target = tensor(memory, 3, size);
            prediction = tensor(memory, 4, size);
            coefficients = scope.own(device.allocate((long) block * SignalCoefficients.COUNT)).slice();
            DeviceMemory perSample = scope.own(device.allocate(2L * block));
            residuals = perSample.slice(0, block);
            divisors = perSample.slice(block, block);
            hard = config.boundary() != BootstrapLoss.Boundary.HARD ? null
                    : scope.own(new HardBoundary(teacher, device, block));
            pinn = config.objective() != Objective.PINN ? null
                    : scope.own(new PinnGradient((NetworkTeacher) teacher, device, block));
            warmStart = config.warmStarts() == 0 ? null
                    : scope.own(new WarmStart(
                            teacher, WarmStart.trajectory(config, teacher.schedule()), this.teacher, kernels, clip, device,
                            block, this.target));
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
        if (hard == null) {
            kernels.upload(batch.coefficients, from * SignalCoefficients.COUNT, coefficients);
        } else {
            hard.begin(kernels, batch, from, n, noise, teacher, y, coefficients);
        }
        if (batch.isWarmStart) {
            warmStart.run(kernels, batch, blockIndex, noise);
        } else {
            target(batch, from, n, batch.bootstrapSamples(blockIndex));
        }
        if (hard != null) {
            hard.subtract(kernels, batch, from, n, target);
        }
        student(learn, batch.networkS, batch, from, n);
        kernels.bootstrapLoss(
                n, shape.pixels(), coefficients, noise, learn.y(), target, prediction, learn.dy(),
                residuals);
        if (!residualWeighting.isNone()) {
            weightByResidual(batch, from, n);
        }
        if (pinn != null && !batch.isWarmStart) {
            backwardThroughAll(batch, from, n, batch.bootstrapSamples(blockIndex), lane, accumulate);
        } else {
            learn.backward(kernels, n, lane, accumulate);
        }
        kernels.download(residuals, rows, 0);
        System.arraycopy(rows, 0, residual, from, n);
    }

    private void backwardThroughAll(Batch batch, int from, int n, int bootstrap, Gradients lane, boolean accumulate) {
        pinn.atT(kernels, batch, from, n, bootstrap, teacher.x(), learn.dy());
        learn.backward(kernels, n, lane, accumulate);
        for (int sign = 1; sign >= -1 && bootstrap > 0; sign -= 2) {
            student(learn, sign > 0 ? batch.networkAfter : batch.networkBefore, batch, from, bootstrap);
            pinn.beside(kernels, batch, from, bootstrap, sign, learn.dy());
            learn.backward(kernels, bootstrap, lane, true);
        }
    }

    /** Divides the gradient and the loss of each sample by a function of its residual. */
    private void weightByResidual(Batch batch, int from, int n) {
        kernels.download(residuals, rows, 0);
        for (int i = 0; i < n; i++) {
            rows[i] = (float) residualWeighting.divisor(rows[i]);
            batch.factor[from + i] /= rows[i];
        }
        kernels.upload(rows, 0, divisors);
        kernels.divideSamples(n, shape.pixels(), learn.dy(), divisors, null, learn.dy());
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
            Slice head = hard == null ? coefficients : hard.atT();
            kernels.signalState(bootstrap, pixels, head, noise, look.y(), y, teacher.x());
            if (hard != null) {
                hard.add(kernels, batch, from, bootstrap, y, teacher.x());
            }
        }
        boolean derivative = config.objective().isDerivative() && bootstrap > 0;
        boolean twice = !derivative && config.solver().callsTwice() && bootstrap > 0;
        teacher.run(kernels, n, batch.t, batch.networkT, batch.condition, from);
        kernels.signalStep(n, pixels, 0, coefficients, noise, teacher.x(), teacher.output(),
                teacher.nullOutput(), null, y, f, target, twice ? teacher.x() : null);
        if (twice) {
            Tensor previous = config.solver() == SignalOde.Solver.HEUN ? f : y;
            teacher.run(kernels, bootstrap, batch.second, batch.networkSecond, batch.condition, from);
            kernels.signalStep(bootstrap, pixels, 1, coefficients, noise, teacher.x(), teacher.output(),
                    teacher.nullOutput(), previous, y, null, target, null);
        }
        if (derivative) {
            addDerivative(batch, from, bootstrap);
        }
    }

    /** Adds (1 − c) dy/dt to the targets, as a difference of the student's signals after and before t. */
    private void addDerivative(Batch batch, int from, int n) {
        for (int sign = 1; sign >= -1; sign -= 2) {
            student(look, sign > 0 ? batch.networkAfter : batch.networkBefore, batch, from, n);
            kernels.signalState(n, shape.pixels(), coefficients, noise, look.y(), f, null);
            for (int i = 0; i < n; i++) {
                rows[i] = sign * batch.difference[from + i];
            }
            kernels.upload(rows, 0, divisors);
            kernels.divideSamples(n, shape.pixels(), f, divisors, target, target);
        }
    }

    private void student(Plan plan, float[] networkTime, Batch batch, int from, int n) {
        kernels.affine((long) n * shape.pixels(), noise, 1, 0, null, plan.x());
        kernels.upload(networkTime, from, plan.scalar("t"));
        if (config.drawsGuidance()) {
            kernels.upload(batch.guidance, from, plan.scalar(Guidance.SCALAR));
        }
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
