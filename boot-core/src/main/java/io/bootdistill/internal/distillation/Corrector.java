package io.bootdistill.internal.distillation;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalLoss;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.sampling.TeacherPlan;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;

/**
 * The data-free corrector, on one worker: it moves the distribution of the student's samples towards the teacher's. An online
 * network f_ψ learns to denoise these samples, x_τ = α_τ y + σ_τ ε' with y = y_θ(ε, t_min), as the teacher has learnt to
 * denoise images. Where the two disagree, the student has put too much or too little; the sample's target is
 *
 * <pre>
 * y + (λ/|b|) (f_φ(x_τ, τ) − f_ψ(x_τ, τ)),   f_ψ = a x_τ + b F_ψ
 * </pre>
 *
 * <p>a difference in units of the network's output (b = −σ_τ for v-prediction), and so of one size at all noise levels. The
 * squared distance has the gradient of the Kullback–Leibler divergence between both distributions at τ, up to its weight
 * (Diff-Instruct, arXiv 2305.18455; distribution matching, 2311.18828; without data, FreeFlow, 2511.19428). Regression averages
 * over what the student cannot tell apart; this term does not.
 */
public final class Corrector implements AutoCloseable {

    private final ImageShape shape;
    private final BlockWorker worker;
    private final TeacherPlan teacher;
    private final Plan online;
    private final Scope scope = new Scope();
    private final Tensor again;
    private final Tensor f;
    private final Tensor onlineF;
    private final SignalStep teacherStep;
    private final SignalStep onlineStep;
    private final SignalStep learntStep;
    private final SignalLoss onlineLoss;
    private final SignalLoss studentLoss;

    /** @param worker whose plans and memory of the student and the teacher it shares */
    Corrector(BlockWorker worker, TeacherPlan teacher, Model online, ImageShape shape, int block) {
        this.worker = worker;
        this.teacher = teacher;
        this.shape = shape;
        Device device = online.device();
        try {
            this.online = scope.own(new Plan(online, block, Plan.Mode.TRAINING));
            long size = (long) block * shape.size();
            DeviceMemory memory = scope.own(device.allocate(3 * size));
            again = Tensor.of(memory.slice(0, size), shape.channels());
            f = Tensor.of(memory.slice(size, size), shape.channels());
            onlineF = Tensor.of(memory.slice(2 * size, size), shape.channels());
            Tensor y = worker.y;
            Tensor target = worker.target;
            Plan student = worker.student();
            teacherStep = new SignalStep(
                    0, again, teacher.x(), teacher.output(), teacher.nullOutput(), null, y, null, f, null);
            onlineStep = new SignalStep(0, again, teacher.x(), this.online.y(), null, null, y, null, onlineF, null);
            learntStep = new SignalStep(0, again, y, again, null, null, y, null, target, null);
            onlineLoss = new SignalLoss(again, this.online.y(), target, null, this.online.dy());
            studentLoss = new SignalLoss(worker.noise, student.y(), target, null, student.dy());
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /** Adds the gradient of a block's samples to the student's lane, and that of the online network's own loss to its lane. */
    void run(Kernels kernels, CorrectorBatch.Block block, Gradients lane, Gradients onlineLane, boolean accumulate) {
        int n = block.samples();
        int pixels = shape.pixels();
        Tensor noise = worker.noise;
        Tensor y = worker.y;
        Tensor target = worker.target;
        Plan student = worker.student();
        kernels.noise(n, pixels, block.seeds(), 0, noise);
        worker.call(student, noise, block.atS(), n);
        kernels.signalState(n, pixels, block.coefficients(), noise, student.y(), y, null);

        kernels.noise(n, pixels, block.again(), 0, again);
        kernels.signalState(n, pixels, block.teacher(), again, y, null, teacher.x());
        teacher.run(kernels, n, block.atTau());
        kernels.signalStep(n, pixels, block.teacher(), teacherStep);
        worker.call(online, teacher.x(), block.atTau(), n);
        kernels.signalStep(n, pixels, block.online(), onlineStep);

        // the online network learns the output that stands for the sample and its noise, a step with c = 1 from both
        kernels.signalStep(n, pixels, block.learnt(), learntStep);
        kernels.bootstrapLoss(n, pixels, block.learnt(), onlineLoss, block.residual());
        online.backward(kernels, n, onlineLane, accumulate);

        kernels.divideSamples(n, pixels, f, block.divisor(), y, target);
        kernels.divideSamples(n, pixels, onlineF, block.opposite(), target, target);
        kernels.bootstrapLoss(n, pixels, block.coefficients(), studentLoss, block.residual());
        student.backward(kernels, n, lane, true);
    }

    @Override
    public void close() {
        scope.close();
    }
}
