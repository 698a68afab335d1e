package io.bootdistill.internal.distillation;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalLoss;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.sampling.BlockInputs;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.sampling.TeacherPlan;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import io.bootdistill.objective.BootstrapLoss;
import io.bootdistill.objective.Objective;
import io.bootdistill.objective.ResidualWeighting;

/**
 * One worker of a training step: takes a block of samples from noise to the gradient of its loss.
 *
 * <pre>
 * ε ─ student at t ─► y ─► x̂ = α y + σ ε ─ teacher ─► f ─► target (some solvers: teacher once more)
 * ε ─ at the boundary t_max: y = 0, x̂ = ε ─ teacher ─► f = target
 * ε ─ student at s ─► ŷ ─► loss against the target ─► gradient
 * </pre>
 *
 * With {@link Restarts}, some samples have a state on the way in place of ε as the student's input.
 */
public final class BlockWorker implements AutoCloseable {

    private final DistillationConfig config;
    private final ImageShape shape;
    private final Plan look;
    private final Plan learn;
    private final TeacherPlan teacher;
    private final ResidualWeighting residualWeighting;
    private final HardBoundary hard;
    private final TrajectoryBuffer trajectories;
    private final TrajectoryRegression regression;
    private final Corrector corrector;
    private final PinnGradient pinn;
    private final RestartedStates restarts;
    private final Scope scope = new Scope();
    private final Tensor divisors;

    final Kernels kernels;
    final Tensor noise;

    /** What the student reads: the noise, or {@link RestartedStates#x}. */
    final Tensor input;

    final Tensor y;
    final Tensor f;
    final Tensor target;
    final Tensor prediction;

    private final SignalStep onlyStep;
    private final SignalStep firstStep;
    private final SignalStep secondStep;
    private final SignalStep restart;
    private final SignalLoss targetLoss;

    /** By the index of the block. */
    private final SignalLoss[] trajectoryLosses;

    /**
     * @param target the student that makes the targets: an average of {@code student}, or itself
     * @param online the network that models the student's own distribution; null for no {@link Corrector}
     * @param trajectories where the signals to regress on are kept; null where none are
     */
    BlockWorker(
            DistillationConfig config, TeacherModel teacher, Model target, Model student, Guidance guidance,
            Model online, TrajectoryBuffer trajectories) {
        this.config = config;
        this.residualWeighting = config.residualWeighting();
        this.trajectories = trajectories;
        this.shape = teacher.shape();
        Device device = student.device();
        int block = config.block();
        try {
            kernels = scope.own(device.openKernels());
            look = scope.own(new Plan(target, block,
                    config.objective() == Objective.DERIVATIVE ? Plan.Mode.TANGENT : Plan.Mode.INFERENCE));
            learn = scope.own(new Plan(student, block, Plan.Mode.TRAINING));
            this.teacher = scope.own(TeacherPlan.of(
                    teacher, device, block, guidance, config.clip() < 0 ? teacher.schedulerThreshold() : null));
            long size = (long) block * shape.size();
            DeviceMemory memory = scope.own(device.allocate(5 * size));
            noise = tensor(memory, 0, size);
            y = tensor(memory, 1, size);
            f = tensor(memory, 2, size);
            this.target = tensor(memory, 3, size);
            prediction = tensor(memory, 4, size);
            divisors = Tensor.of(scope.own(device.allocate(block)).slice(), 1);
            restarts = config.restartSamples() == 0 ? null : scope.own(new RestartedStates(shape, device, block));
            input = restarts == null ? noise : restarts.x;
            hard = config.boundary() != BootstrapLoss.Boundary.HARD ? null
                    : scope.own(new HardBoundary(teacher, this.teacher, device, block, noise, y));
            pinn = config.objective() != Objective.PINN ? null
                    : scope.own(new PinnGradient(teacher, device, block));
            corrector = online == null ? null
                    : scope.own(new Corrector(this, this.teacher, online, shape, block));
            regression = trajectories == null ? null
                    : scope.own(new TrajectoryRegression(shape, trajectories, this.teacher, kernels, device, block, noise));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
        onlyStep = step(0, null, f, null);
        firstStep = step(0, null, f, this.teacher.x());
        secondStep = step(1, config.solver() == SignalOde.Solver.HEUN ? f : y, null, null);
        restart = restarts == null ? null : restarts.step(noise, look.y(), y, this.teacher.x());
        targetLoss = new SignalLoss(input, learn.y(), this.target, prediction, learn.dy());
        trajectoryLosses = new SignalLoss[trajectories == null ? 0 : trajectories.blocks()];
        for (int i = 0; i < trajectoryLosses.length; i++) {
            trajectoryLosses[i] = new SignalLoss(input, learn.y(), trajectories.targets(i), prediction, learn.dy());
        }
    }

    private SignalStep step(int stage, Tensor previous, Tensor prediction, Tensor next) {
        return new SignalStep(
                stage, noise, teacher.x(), teacher.output(), teacher.nullOutput(), previous, y, prediction, target, next);
    }

    private Tensor tensor(DeviceMemory memory, int index, long size) {
        return Tensor.of(memory.slice(index * size, size), shape.channels());
    }

    /** The state x̂ of the last block. */
    Tensor state() {
        return teacher.x();
    }

    /**
     * Whether {@link #run} only calls kernels, and always the same for a block. The hard boundary and the paths through the
     * teacher are calculated on the host in between.
     */
    boolean staysOnDevice() {
        return solvesOnDevice() && hard == null && pinn == null;
    }

    /** Likewise for {@link #solve}. */
    boolean solvesOnDevice() {
        return teacher.staysOnDevice();
    }

    /** Runs a block of the batch, leaves the residuals there and adds the gradient to a lane. */
    void run(BatchMemory.Block block, Gradients lane, boolean accumulate) {
        kernels.noise(block.samples(), shape.pixels(), block.seeds(), 0, noise);
        runWithNoise(block, lane, accumulate);
    }

    /** Solves the trajectories of a block's new noises. */
    void solve(BatchMemory.Block block) {
        regression.solve(block);
    }

    /** Runs a block of the corrector's samples and adds to both lanes; the student's holds a sum already. */
    void correct(CorrectorBatch.Block block, Gradients lane, Gradients onlineLane, boolean accumulate) {
        corrector.run(kernels, block, lane, onlineLane, accumulate);
    }

    /** Like {@link #run}, with the noise that is there. */
    void runWithNoise(BatchMemory.Block block, Gradients lane, boolean accumulate) {
        int n = block.samples();
        boolean isRegression = block.batch().isRegression();
        Slice coefficients = hard == null ? block.coefficients() : hard.begin(kernels, block);
        BatchMemory.Restarted restarted = block.restarted();
        if (restarts != null) {
            restarts.begin(kernels, n, noise);
        }
        if (restarted != null && isRegression) {
            restarts.restart(kernels, restarted, noise, trajectories.starts(block.index()));
        } else if (restarted != null) {
            call(look, noise, restarted.atStart(), restarted.samples());
            restarts.restart(kernels, restarted, noise, look.y());
        }
        Tensor goal = isRegression ? trajectories.targets(block.index()) : target;
        if (!isRegression) {
            target(block);
        }
        if (hard != null) {
            hard.subtract(kernels, block, goal);
        }
        if (restarted != null) {
            restarts.subtract(kernels, restarted, goal);
        }
        call(learn, input, block.atS(), n);
        SignalLoss loss = isRegression ? trajectoryLosses[block.index()] : targetLoss;
        kernels.bootstrapLoss(n, shape.pixels(), coefficients, loss, block.residual());
        if (!residualWeighting.isNone()) {
            kernels.residualDivisors(
                    n, block.residual(), residualWeighting.kappa(), residualWeighting.power(), divisors.data());
            kernels.divideSamples(n, shape.pixels(), learn.dy(), divisors.data(), null, learn.dy());
        }
        if (pinn != null && !isRegression) {
            backwardThroughAll(block, lane, accumulate);
        } else {
            learn.backward(kernels, n, lane, accumulate);
        }
    }

    private void backwardThroughAll(BatchMemory.Block block, Gradients lane, boolean accumulate) {
        pinn.atT(kernels, block, teacher.x(), learn.dy());
        learn.backward(kernels, block.samples(), lane, accumulate);
        for (int sign = 1; sign >= -1 && block.bootstrap() > 0; sign -= 2) {
            call(learn, input, sign > 0 ? block.after() : block.before(), block.bootstrap());
            pinn.beside(kernels, block, sign, learn.dy());
            learn.backward(kernels, block.bootstrap(), lane, true);
        }
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
            if (block.timeTangent() != null) {
                kernels.affine(bootstrap, block.timeTangent(), 1, 0, null, look.timeTangent());
            }
            call(look, input, block.atT(), bootstrap);
            Slice head = hard == null ? block.coefficients() : hard.atT();
            kernels.signalState(bootstrap, pixels, head, noise, look.y(), y, teacher.x());
            if (hard != null) {
                hard.add(kernels, block, y, teacher.x());
            }
            if (block.restarted() != null) {
                restarts.look(kernels, block.restarted(), restart);
            }
        }
        boolean derivative = config.objective().isDerivative() && bootstrap > 0;
        boolean twice = !derivative && config.solver().callsTwice() && bootstrap > 0;
        teacher.run(kernels, n, block.atT());
        kernels.signalStep(n, pixels, block.coefficients(), twice ? firstStep : onlyStep);
        if (twice) {
            teacher.run(kernels, bootstrap, block.atSecond());
            kernels.signalStep(bootstrap, pixels, block.coefficients(), secondStep);
        }
        if (derivative && pinn == null) {
            kernels.affine((long) bootstrap * pixels, look.yTangent(), 1, 0, target, target); // (1 − c) dy/dt
        } else if (derivative) {
            addDifference(block);
        }
    }

    /** Adds (1 − c) dy/dt to the targets, as a difference of the student's signals after and before t. */
    private void addDifference(BatchMemory.Block block) {
        int n = block.bootstrap();
        for (int sign = 1; sign >= -1; sign -= 2) {
            call(look, input, sign > 0 ? block.after() : block.before(), n);
            kernels.signalState(n, shape.pixels(), block.coefficients(), noise, look.y(), f, null);
            kernels.affine(n, block.difference(), sign, 0, null, divisors);
            kernels.divideSamples(n, shape.pixels(), f, divisors.data(), target, target);
        }
    }

    /** The student that learns. */
    Plan student() {
        return learn;
    }

    /** Lets a network calculate its outputs for n samples of x. */
    void call(Plan plan, Tensor x, BlockInputs inputs, int n) {
        kernels.affine((long) n * shape.pixels(), x, 1, 0, null, plan.x());
        if (inputs.start() == null) {
            kernels.affine(n, inputs.networkTime(), 1, 0, null, plan.scalar(ScalarInputs.TIME));
        } else {
            kernels.affine(n, inputs.start(), 1, 0, null, plan.scalar(ScalarInputs.TIME));
            kernels.affine(n, inputs.networkTime(), 1, 0, null, plan.scalar(ScalarInputs.TARGET_TIME));
        }
        if (inputs.scale() != null) {
            kernels.affine(n, inputs.scale(), 1, 0, null, plan.scalar(ScalarInputs.GUIDANCE));
        }
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
