package io.bootdistill.matching;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalStep;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Model;

/**
 * A step of the corrector that moves the student by an online network which learns elsewhere, in {@link OnlineLesson}: in the same
 * step, both are as the step before has left them.
 */
final class MatchingLesson implements Lesson {

    private final Classroom room;
    final CorrectorDraws draws;
    final Mover mover;
    final CorrectorDraws.Part[] parts;
    private final FrozenNetwork[] online;

    /** Of each worker, the step to the online network's prediction. */
    private final SignalStep[] modelled;

    private final Scope scope = new Scope();

    /** @param model of the online network; stays the caller's */
    MatchingLesson(Classroom room, CorrectorDraws draws, Correction correction, Model model) {
        this.room = room;
        this.draws = scope.own(draws);
        int workers = room.workers().size();
        online = new FrozenNetwork[workers];
        modelled = new SignalStep[workers];
        try {
            parts = draws.open();
            boolean isGuided = parts[0].onlineFree() != null;
            for (int i = 0; i < workers; i++) {
                online[i] = scope.own(
                        new FrozenNetwork(model, room.shape(), room.block(), isGuided, correction.isThrough()));
            }
            mover = correction.matching() instanceof Matching.Through through
                    ? new ThroughMover(room, correction.weighting(), through.a(), online, scope)
                    : new Mover(room, correction.weighting(), scope);
            for (Worker worker : room.workers()) {
                FrozenNetwork own = online[worker.index()];
                modelled[worker.index()] = mover.toPrediction(worker, own.output(), own.freeOutput());
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
    }

    @Override
    public void learn(Worker worker, int block, Gradients lane, boolean accumulate) {
        CorrectorDraws.Part part = parts[block];
        mover.teach(worker, part);
        online[worker.index()].call(worker, worker.teacher().x(), part.atTau(), part.onlineFree(), part.samples());
        worker.kernels().signalStep(part.samples(), mover.pixels, part.online(), modelled[worker.index()]);
        mover.move(worker, part, lane, accumulate);
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
    public void close() {
        scope.close();
    }
}
