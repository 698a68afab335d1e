package io.bootdistill.matching;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Slice;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Learner;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Gradients;
import java.util.Map;

/**
 * A step of the data-free corrector: it moves the distribution of the student's samples towards the teacher's. An online
 * network f_ψ learns to denoise these samples, x_τ = α_τ y + σ_τ ε' with y = y_θ(ε, t_min), as the teacher has learnt to
 * denoise images. Where the two disagree, the student has put too much or too little; the sample's target is
 *
 * <pre>
 * y + λ w (f_φ(x_τ, τ) − f_ψ(x_τ, τ)),   f_ψ = a x_τ + b F_ψ
 * </pre>
 *
 * <p>with w = 1/|b| a difference in units of the network's output (b = −σ_τ for v-prediction), and so of one size at all noise
 * levels. The squared distance has the gradient of the Kullback–Leibler divergence between both distributions at τ, up to its
 * weight; for its sources see {@link Corrector}. Regression averages over what the student cannot tell apart; this term does not.
 *
 * <p>Here the online network learns from the samples that it moves. Where it has samples of its own, {@link OnlineLesson} and
 * {@link MatchingLesson} are the two halves.
 */
final class CorrectorLesson implements Lesson {

    private final Classroom room;
    private final CorrectorDraws draws;
    final Mover mover;
    private final OnlineNetwork online;
    final CorrectorDraws.Part[] parts;

    /** Of each worker, the step to f_ψ. */
    private final SignalStep[] modelled;

    private final Scope scope = new Scope();

    /** @param first its first step */
    CorrectorLesson(Classroom room, CorrectorDraws draws, Matching.Weighting weighting, Learner learner, long first) {
        this.room = room;
        this.draws = scope.own(draws);
        scope.own(learner);
        modelled = new SignalStep[room.workers().size()];
        try {
            parts = draws.open();
            mover = new Mover(room, weighting, scope);
            online = new OnlineNetwork(room, learner, first, worker -> mover.desk(worker).again(), scope);
            for (Worker worker : room.workers()) {
                modelled[worker.index()] = mover.toPrediction(worker, online.desk(worker).online().y(), null);
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

    @Override
    public void draw(long step, Kernels kernels) {
        draws.draw(step, kernels);
        online.begin(step);
    }

    @Override
    public void learn(Worker worker, int block, Gradients lane, boolean accumulate) {
        CorrectorDraws.Part part = parts[block];
        int n = part.samples();
        mover.teach(worker, part);
        worker.call(online.desk(worker).online(), worker.teacher().x(), part.atTau(), n);
        worker.kernels().signalStep(n, mover.pixels, part.online(), modelled[worker.index()]);
        online.learn(worker, n, part.learnt(), block);
        mover.move(worker, part, lane, accumulate);
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
