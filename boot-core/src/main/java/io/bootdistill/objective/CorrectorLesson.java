package io.bootdistill.objective;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Learner;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Plan;
import java.util.Map;

/**
 * A step of the data-free corrector: it moves the distribution of the student's samples towards the teacher's. An online
 * network f_ψ learns to denoise these samples, x_τ = α_τ y + σ_τ ε' with y = y_θ(ε, t_min), as the teacher has learnt to
 * denoise images. Where the two disagree, the student has put too much or too little; the sample's target is
 *
 * <pre>
 * y + (λ/|b|) (f_φ(x_τ, τ) − f_ψ(x_τ, τ)),   f_ψ = a x_τ + b F_ψ
 * </pre>
 *
 * <p>a difference in units of the network's output (b = −σ_τ for v-prediction), and so of one size at all noise levels. The
 * squared distance has the gradient of the Kullback–Leibler divergence between both distributions at τ, up to its weight; for
 * its sources see {@link Corrector}. Regression averages over what the student cannot tell apart; this term does not.
 */
final class CorrectorLesson implements Lesson {

    private final Classroom room;
    private final int pixels;
    private final long first;
    private final CorrectorDraws draws;
    private final Learner online;
    final CorrectorDraws.Part[] parts;

    final CorrectorDesk[] desks;
    private final Scope scope = new Scope();

    /** @param first its first step */
    CorrectorLesson(Classroom room, CorrectorDraws draws, Learner online, long first) {
        this.room = room;
        this.draws = scope.own(draws);
        this.online = scope.own(online);
        this.first = first;
        pixels = room.shape().pixels();
        desks = new CorrectorDesk[room.workers().size()];
        try {
            parts = draws.open();
            for (Worker worker : room.workers()) {
                desks[worker.index()] = CorrectorDesk.of(room, worker, online.model(), scope);
            }
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    @Override
    public int blocks() {
        return parts.length;
    }

    /** Where the teacher has moved meanwhile, the online network starts as it is now. */
    @Override
    public void draw(long step, Kernels kernels) {
        if (room.isTeacherMoving() && step == first) {
            online.model().adopt(room.teacher());
        }
        draws.draw(step, kernels);
        online.begin(step - first);
    }

    @Override
    public void learn(Worker worker, int block, Gradients lane, boolean accumulate) {
        CorrectorDraws.Part part = parts[block];
        CorrectorDesk desk = desks[worker.index()];
        Kernels kernels = worker.kernels();
        int n = part.samples();
        Tensor noise = worker.noise();
        Tensor y = worker.y();
        TeacherPlan teacher = worker.teacher();
        Plan student = worker.student();
        kernels.noise(n, pixels, part.seeds(), 0, noise);
        worker.call(student, noise, part.atEnd(), n);
        kernels.signalState(n, pixels, part.coefficients(), noise, student.y(), y, null);
        kernels.noise(n, pixels, part.again(), 0, desk.again());
        kernels.signalState(n, pixels, part.teacher(), desk.again(), y, null, teacher.x());
        teacher.run(kernels, n, part.taughtAtTau());
        kernels.signalStep(n, pixels, part.teacher(), desk.taught());
        worker.call(desk.online(), teacher.x(), part.atTau(), n);
        kernels.signalStep(n, pixels, part.online(), desk.modelled());
        learnOnline(worker, part, desk, block);
        kernels.addScaled(n, pixels, worker.f(), part.factor(), y, worker.target());
        kernels.addScaled(n, pixels, desk.onlineF(), part.opposite(), worker.target(), worker.target());
        kernels.bootstrapLoss(n, pixels, part.coefficients(), desk.loss(), desk.residual());
        student.backward(kernels, n, lane, accumulate);
    }

    /** The online network learns the output that stands for the sample and its noise, a step with c = 1 from both. */
    private void learnOnline(Worker worker, CorrectorDraws.Part part, CorrectorDesk desk, int block) {
        Kernels kernels = worker.kernels();
        kernels.signalStep(part.samples(), pixels, part.learnt(), desk.learnt());
        kernels.bootstrapLoss(part.samples(), pixels, part.learnt(), desk.onlineLoss(), desk.residual());
        desk.online().backward(kernels, part.samples(), online.lane(block % room.lanes()), block >= room.lanes());
    }

    @Override
    public void update() {
        online.update();
    }

    @Override
    public void end() {
        online.end();
    }

    @Override
    public boolean staysOnDevice() {
        return room.isTeacherOnDevice();
    }

    /** Its loss is no measure of the student. */
    @Override
    public Losses losses(Kernels kernels) {
        return Losses.of(0);
    }

    @Override
    public Map<String, Slice> state() {
        return online.state();
    }

    @Override
    public void restored() {
        online.restored();
    }

    @Override
    public void close() {
        scope.close();
    }
}
