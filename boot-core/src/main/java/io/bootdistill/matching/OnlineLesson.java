package io.bootdistill.matching;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Learner;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Gradients;
import java.util.Map;

/** A step of the {@link OnlineNetwork} from samples of its own: the student stays as it is. */
final class OnlineLesson implements Lesson {

    private final int pixels;
    private final OnlineDraws draws;
    final OnlineNetwork online;
    final OnlineDraws.Part[] parts;

    /** Of each worker, ε'. */
    private final Tensor[] again;

    private final Scope scope = new Scope();

    /** @param first its first step */
    OnlineLesson(Classroom room, OnlineDraws draws, Learner learner, long first) {
        this.draws = scope.own(draws);
        scope.own(learner);
        pixels = room.shape().pixels();
        again = new Tensor[room.workers().size()];
        try {
            parts = draws.open();
            for (int i = 0; i < again.length; i++) {
                long size = (long) room.block() * room.shape().size();
                again[i] = Tensor.of(scope.own(room.student().device().allocate(size)).slice(), room.shape().channels());
            }
            online = new OnlineNetwork(room, learner, first, worker -> again[worker.index()], scope);
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
        OnlineDraws.Part part = parts[block];
        Kernels kernels = worker.kernels();
        int n = part.samples();
        Tensor noise = again[worker.index()];
        Tensor x = worker.f();
        kernels.noise(n, pixels, part.seeds(), 0, worker.noise());
        worker.call(worker.student(), worker.noise(), part.atEnd(), n);
        kernels.signalState(n, pixels, part.signal(), worker.noise(), worker.student().y(), worker.y(), null);
        kernels.noise(n, pixels, part.again(), 0, noise);
        kernels.signalState(n, pixels, part.learnt(), noise, worker.y(), null, x);
        worker.call(online.desk(worker).online(), x, part.atTau(), n);
        online.learn(worker, n, part.learnt(), block);
    }

    @Override
    public void update() {
        online.update();
    }

    @Override
    public void end() {
        online.end();
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
